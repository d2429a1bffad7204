-- The second line behind the conditions of the repositories (docs/adr/0026-row-level-security.md): the server sees and writes
-- clinical rows of one organization at a time, the one that it has set on the connection. Nothing set is nobody's rows. The
-- owner of the tables, who migrates and restores, is not subject to policies; the server never works as that role.
ALTER TABLE "Patient" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_organization ON "Patient" TO rampart_app
USING ("organizationId" = NULLIF(current_setting('app.organization_id', true), '')::uuid);

ALTER TABLE "CareAssignment" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_organization ON "CareAssignment" TO rampart_app
USING ("organizationId" = NULLIF(current_setting('app.organization_id', true), '')::uuid);

ALTER TABLE "MedicalRecord" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_organization ON "MedicalRecord" TO rampart_app
USING ("organizationId" = NULLIF(current_setting('app.organization_id', true), '')::uuid);

ALTER TABLE "BreakGlass" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_organization ON "BreakGlass" TO rampart_app
USING ("organizationId" = NULLIF(current_setting('app.organization_id', true), '')::uuid);
