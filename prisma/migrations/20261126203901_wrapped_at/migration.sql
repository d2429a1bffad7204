-- AlterTable
ALTER TABLE "DataKey" ADD COLUMN     "wrappedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;

-- Of what is there nobody knows when it was wrapped last: no earlier than it was made, so its wrapping may look older than it is.
UPDATE "DataKey" SET "wrappedAt" = "createdAt";
