-- CreateTable
CREATE TABLE "Recertification" (
    "id" UUID NOT NULL,
    "organizationId" UUID NOT NULL,
    "membersDigest" BYTEA NOT NULL,
    "statedById" UUID NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "confirmedById" UUID,
    "confirmedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Recertification_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "Recertification_organizationId_createdAt_idx" ON "Recertification"("organizationId", "createdAt");

-- AddForeignKey
ALTER TABLE "Recertification" ADD CONSTRAINT "Recertification_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What the server may do. Take away what it does not need.
GRANT SELECT, INSERT, UPDATE, DELETE ON "Recertification" TO rampart_app;

-- Four eyes, whatever the program does: nobody confirms what they have stated.
ALTER TABLE "Recertification"
  ADD CONSTRAINT "Recertification_four_eyes"
  CHECK (("confirmedById" IS NULL) = ("confirmedAt" IS NULL) AND "confirmedById" <> "statedById");

ALTER TABLE "Recertification" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_organization ON "Recertification" TO rampart_app
USING ("organizationId" = NULLIF(current_setting('app.organization_id', true), '')::uuid);
