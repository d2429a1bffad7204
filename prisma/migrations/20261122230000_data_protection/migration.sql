-- CreateEnum
CREATE TYPE "AuditOutcome" AS ENUM ('success', 'failure');

-- AlterTable
ALTER TABLE "User" ADD COLUMN     "erasureDueAt" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "AuditEvent" (
    "id" UUID NOT NULL,
    "sequence" BIGSERIAL NOT NULL,
    "organizationId" UUID,
    "occurredAt" TIMESTAMPTZ(3) NOT NULL,
    "name" TEXT NOT NULL,
    "outcome" "AuditOutcome" NOT NULL,
    "actorKind" TEXT NOT NULL,
    "actorId" UUID,
    "sessionId" UUID,
    "ip" TEXT,
    "requestId" TEXT,
    "targetType" TEXT,
    "targetIds" UUID[],
    "reason" TEXT,
    "changes" JSONB,

    CONSTRAINT "AuditEvent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AuditSeal" (
    "scope" UUID NOT NULL,
    "number" BIGINT NOT NULL,
    "sequences" BIGINT[],
    "digests" BYTEA NOT NULL,
    "keyId" UUID NOT NULL,
    "mac" BYTEA NOT NULL,
    "sealedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "AuditSeal_pkey" PRIMARY KEY ("scope","number")
);

-- CreateTable
CREATE TABLE "DataKey" (
    "id" UUID NOT NULL,
    "organizationId" UUID,
    "wrappedBy" TEXT NOT NULL,
    "wrappedKey" BYTEA,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "retiredAt" TIMESTAMPTZ(3),
    "destroyedAt" TIMESTAMPTZ(3),

    CONSTRAINT "DataKey_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "AuditEvent_sequence_key" ON "AuditEvent"("sequence");

-- CreateIndex
CREATE INDEX "AuditEvent_organizationId_sequence_idx" ON "AuditEvent"("organizationId", "sequence");

-- CreateIndex
CREATE INDEX "AuditEvent_organizationId_name_sequence_idx" ON "AuditEvent"("organizationId", "name", "sequence");

-- CreateIndex
CREATE INDEX "AuditEvent_actorId_sequence_idx" ON "AuditEvent"("actorId", "sequence");

-- CreateIndex
CREATE INDEX "DataKey_organizationId_idx" ON "DataKey"("organizationId");

-- CreateIndex
CREATE INDEX "User_erasureDueAt_idx" ON "User"("erasureDueAt");

-- One key of an organization takes new values, and one of what belongs to none.
CREATE UNIQUE INDEX "DataKey_current_key" ON "DataKey" (COALESCE("organizationId", '00000000-0000-0000-0000-000000000000'))
WHERE "retiredAt" IS NULL AND "destroyedAt" IS NULL;

-- Destroyed is destroyed: the date and the key never stand side by side.
ALTER TABLE "DataKey" ADD CONSTRAINT "DataKey_destroyed" CHECK (("destroyedAt" IS NULL) = ("wrappedKey" IS NOT NULL));

-- Every instance keeps unwrapped keys in memory.
CREATE FUNCTION notify_data_key_change() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog
AS $$
BEGIN
  PERFORM pg_notify('data_key_changed', NEW."id"::text);
  RETURN NULL;
END $$;

CREATE TRIGGER data_key_changed AFTER INSERT OR UPDATE ON "DataKey" FOR EACH ROW
EXECUTE FUNCTION notify_data_key_change();

-- What the server may do. It adds to the audit trail and reads it: changing or removing an event takes another role, and
-- breaks a seal. A key may be destroyed, but its row stays.
GRANT SELECT, INSERT ON "AuditEvent" TO rampart_app;
GRANT USAGE ON SEQUENCE "AuditEvent_sequence_seq" TO rampart_app;
GRANT SELECT, INSERT ON "AuditSeal" TO rampart_app;
GRANT SELECT, INSERT, UPDATE ON "DataKey" TO rampart_app;
