-- CreateTable
CREATE TABLE "IdempotencyKey" (
    "id" UUID NOT NULL,
    "organizationId" UUID NOT NULL,
    "scopeHash" BYTEA NOT NULL,
    "fingerprint" BYTEA NOT NULL,
    "answer" TEXT,
    "completedAt" TIMESTAMPTZ(3),
    "lockedUntil" TIMESTAMPTZ(3) NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "IdempotencyKey_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "IdempotencyKey_scopeHash_key" ON "IdempotencyKey"("scopeHash");

-- CreateIndex
CREATE INDEX "IdempotencyKey_organizationId_expiresAt_idx" ON "IdempotencyKey"("organizationId", "expiresAt");

-- AddForeignKey
ALTER TABLE "IdempotencyKey" ADD CONSTRAINT "IdempotencyKey_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What the server may do. Take away what it does not need.
GRANT SELECT, INSERT, UPDATE, DELETE ON "IdempotencyKey" TO rampart_app;

-- Answers are about patients: an organization's own, and never in the clear.
ALTER TABLE "IdempotencyKey" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_organization ON "IdempotencyKey" TO rampart_app
USING ("organizationId" = NULLIF(current_setting('app.organization_id', true), '')::uuid);
ALTER TABLE "IdempotencyKey"
  ADD CONSTRAINT "IdempotencyKey_answer_encrypted" CHECK ("answer" ~ '^v2\.[0-9a-f-]{36}\.');
