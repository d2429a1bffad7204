-- CreateEnum
CREATE TYPE "OneTimePurpose" AS ENUM ('sign_up', 'change_email', 'reset_password', 'invitation', 'second_factor', 'passkey_registration', 'passkey_sign_in');

-- DropIndex
DROP INDEX "Organization_name_key";

-- AlterTable
ALTER TABLE "RefreshToken" ADD COLUMN     "usedBy" BYTEA;

-- AlterTable
ALTER TABLE "Session" ADD COLUMN     "deviceLabel" TEXT NOT NULL DEFAULT 'Unknown device',
ADD COLUMN     "ip" TEXT NOT NULL DEFAULT 'unknown',
ADD COLUMN     "lastSeenAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;

-- The defaults are for the sessions that are there already.
ALTER TABLE "Session" ALTER COLUMN "deviceLabel" DROP DEFAULT,
ALTER COLUMN "ip" DROP DEFAULT,
ALTER COLUMN "lastSeenAt" DROP DEFAULT;

-- CreateTable
CREATE TABLE "TotpFactor" (
    "id" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "secret" TEXT NOT NULL,
    "confirmedAt" TIMESTAMPTZ(3),
    "lastStep" INTEGER,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "TotpFactor_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RecoveryCode" (
    "userId" UUID NOT NULL,
    "codeHash" BYTEA NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "RecoveryCode_pkey" PRIMARY KEY ("userId","codeHash")
);

-- CreateTable
CREATE TABLE "Passkey" (
    "id" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "credentialId" BYTEA NOT NULL,
    "publicKey" BYTEA NOT NULL,
    "counter" BIGINT NOT NULL,
    "transports" TEXT[],
    "isBackedUp" BOOLEAN NOT NULL,
    "label" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lastUsedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Passkey_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "OneTimeToken" (
    "id" UUID NOT NULL,
    "purpose" "OneTimePurpose" NOT NULL,
    "userId" UUID,
    "tokenHash" BYTEA NOT NULL,
    "context" TEXT NOT NULL,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "OneTimeToken_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "OwnerProposal" (
    "organizationId" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "proposedById" UUID NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "OwnerProposal_pkey" PRIMARY KEY ("organizationId","userId")
);

-- CreateTable
CREATE TABLE "KnownDevice" (
    "userId" UUID NOT NULL,
    "fingerprint" BYTEA NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lastSeenAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "KnownDevice_pkey" PRIMARY KEY ("userId","fingerprint")
);

-- CreateTable
CREATE TABLE "GuessCounter" (
    "key" BYTEA NOT NULL,
    "failures" INTEGER NOT NULL,
    "consecutive" INTEGER NOT NULL,
    "lastFailureAt" TIMESTAMPTZ(3) NOT NULL,
    "blockedUntil" TIMESTAMPTZ(3),

    CONSTRAINT "GuessCounter_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE UNIQUE INDEX "TotpFactor_userId_key" ON "TotpFactor"("userId");

-- CreateIndex
CREATE UNIQUE INDEX "Passkey_credentialId_key" ON "Passkey"("credentialId");

-- CreateIndex
CREATE INDEX "Passkey_userId_idx" ON "Passkey"("userId");

-- CreateIndex
CREATE UNIQUE INDEX "OneTimeToken_tokenHash_key" ON "OneTimeToken"("tokenHash");

-- CreateIndex
CREATE INDEX "OneTimeToken_userId_purpose_idx" ON "OneTimeToken"("userId", "purpose");

-- CreateIndex
CREATE INDEX "OneTimeToken_expiresAt_idx" ON "OneTimeToken"("expiresAt");

-- CreateIndex
CREATE INDEX "GuessCounter_lastFailureAt_idx" ON "GuessCounter"("lastFailureAt");

-- AddForeignKey
ALTER TABLE "TotpFactor" ADD CONSTRAINT "TotpFactor_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RecoveryCode" ADD CONSTRAINT "RecoveryCode_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Passkey" ADD CONSTRAINT "Passkey_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "OneTimeToken" ADD CONSTRAINT "OneTimeToken_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "OwnerProposal" ADD CONSTRAINT "OwnerProposal_organizationId_userId_fkey" FOREIGN KEY ("organizationId", "userId") REFERENCES "Membership"("organizationId", "userId") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "OwnerProposal" ADD CONSTRAINT "OwnerProposal_organizationId_proposedById_fkey" FOREIGN KEY ("organizationId", "proposedById") REFERENCES "Membership"("organizationId", "userId") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "KnownDevice" ADD CONSTRAINT "KnownDevice_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Encrypted columns take nothing but ciphertext.
ALTER TABLE "TotpFactor" ADD CONSTRAINT "TotpFactor_secret_encrypted" CHECK ("secret" LIKE 'v1.%');
ALTER TABLE "OneTimeToken" ADD CONSTRAINT "OneTimeToken_context_encrypted" CHECK ("context" LIKE 'v1.%');

-- What the server may do. Take away what it does not need.
GRANT SELECT, INSERT, UPDATE, DELETE ON "TotpFactor" TO rampart_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON "RecoveryCode" TO rampart_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON "Passkey" TO rampart_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON "OneTimeToken" TO rampart_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON "OwnerProposal" TO rampart_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON "KnownDevice" TO rampart_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON "GuessCounter" TO rampart_app;

-- How somebody proved who they are decides what they may do: instances hear of that too.
DROP TRIGGER session_changed ON "Session";
CREATE TRIGGER session_changed AFTER UPDATE ON "Session" FOR EACH ROW
WHEN (
  (OLD."revokedAt", OLD."expiresAt", OLD."userId", OLD."organizationId", OLD."authTime", OLD."amr")
  IS DISTINCT FROM (NEW."revokedAt", NEW."expiresAt", NEW."userId", NEW."organizationId", NEW."authTime", NEW."amr")
)
EXECUTE FUNCTION notify_access_change();
