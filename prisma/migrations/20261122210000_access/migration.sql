-- CreateEnum
CREATE TYPE "IpRuleAction" AS ENUM ('allow', 'deny');

-- CreateTable
CREATE TABLE "ApiKey" (
    "id" UUID NOT NULL,
    "organizationId" UUID NOT NULL,
    "createdById" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "keyId" TEXT NOT NULL,
    "secretHash" BYTEA NOT NULL,
    "scopes" TEXT[],
    "networks" TEXT[],
    "rateTier" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "revokedAt" TIMESTAMPTZ(3),
    "lastUsedAt" TIMESTAMPTZ(3),
    "lastUsedIp" TEXT,
    "remindedAtDays" INTEGER,

    CONSTRAINT "ApiKey_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "IpRule" (
    "id" UUID NOT NULL,
    "organizationId" UUID NOT NULL,
    "action" "IpRuleAction" NOT NULL,
    "network" TEXT NOT NULL,
    "note" TEXT NOT NULL,
    "createdById" UUID NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "IpRule_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "BreakGlass" (
    "id" UUID NOT NULL,
    "organizationId" UUID NOT NULL,
    "patientId" UUID NOT NULL,
    "clinicianId" UUID NOT NULL,
    "reason" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "BreakGlass_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "ApiKey_keyId_key" ON "ApiKey"("keyId");

-- CreateIndex
CREATE INDEX "ApiKey_organizationId_createdById_idx" ON "ApiKey"("organizationId", "createdById");

-- CreateIndex
CREATE UNIQUE INDEX "IpRule_organizationId_action_network_key" ON "IpRule"("organizationId", "action", "network");

-- CreateIndex
CREATE INDEX "BreakGlass_patientId_clinicianId_expiresAt_idx" ON "BreakGlass"("patientId", "clinicianId", "expiresAt");

-- AddForeignKey
ALTER TABLE "ApiKey" ADD CONSTRAINT "ApiKey_organizationId_createdById_fkey" FOREIGN KEY ("organizationId", "createdById") REFERENCES "Membership"("organizationId", "userId") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "IpRule" ADD CONSTRAINT "IpRule_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "BreakGlass" ADD CONSTRAINT "BreakGlass_patientId_fkey" FOREIGN KEY ("patientId") REFERENCES "Patient"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What the server may do. Take away what it does not need.
GRANT SELECT, INSERT, UPDATE, DELETE ON "ApiKey" TO rampart_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON "IpRule" TO rampart_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON "BreakGlass" TO rampart_app;

-- Encrypted columns take nothing but ciphertext.
ALTER TABLE "BreakGlass" ADD CONSTRAINT "BreakGlass_reason_encrypted" CHECK ("reason" LIKE 'v1.%');

-- Every instance keeps API keys and network rules in memory; each has a channel of its own.
CREATE FUNCTION notify_api_key_change() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog
AS $$
BEGIN
  PERFORM pg_notify('api_key_changed', OLD."keyId");
  RETURN NULL;
END $$;

CREATE FUNCTION notify_networks_change() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog
AS $$
BEGIN
  PERFORM pg_notify('networks_changed', COALESCE(NEW."organizationId", OLD."organizationId")::text);
  RETURN NULL;
END $$;

CREATE TRIGGER api_key_changed AFTER UPDATE ON "ApiKey" FOR EACH ROW
WHEN (
  (OLD."revokedAt", OLD."expiresAt", OLD."scopes", OLD."networks", OLD."secretHash", OLD."rateTier")
  IS DISTINCT FROM (NEW."revokedAt", NEW."expiresAt", NEW."scopes", NEW."networks", NEW."secretHash", NEW."rateTier")
)
EXECUTE FUNCTION notify_api_key_change();

CREATE TRIGGER api_key_deleted AFTER DELETE ON "ApiKey" FOR EACH ROW
EXECUTE FUNCTION notify_api_key_change();

CREATE TRIGGER ip_rule_changed AFTER INSERT OR UPDATE OR DELETE ON "IpRule" FOR EACH ROW
EXECUTE FUNCTION notify_networks_change();
