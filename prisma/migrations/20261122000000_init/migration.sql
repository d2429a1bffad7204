-- The server signs in as a member of rampart_app: it may do what this role is granted and owns nothing. Roles belong to
-- the whole PostgreSQL server, so another database's migrations may have made it already, or make it at this moment.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'rampart_app') THEN
    CREATE ROLE rampart_app NOLOGIN;
  END IF;
EXCEPTION
  WHEN duplicate_object OR unique_violation THEN NULL;
END $$;

-- The owner may SET ROLE rampart_app, to see what the server sees. Not needed to run: an owner who may not grant goes without.
DO $$
BEGIN
  IF NOT pg_has_role(
    current_user,
    'rampart_app',
    CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END
  ) THEN
    GRANT rampart_app TO CURRENT_USER;
  END IF;
EXCEPTION
  WHEN insufficient_privilege THEN NULL;
END $$;

GRANT USAGE ON SCHEMA public TO rampart_app;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;

-- CreateEnum
CREATE TYPE "Role" AS ENUM ('owner', 'clinician', 'receptionist', 'patient', 'auditor');

-- CreateEnum
CREATE TYPE "RecordKind" AS ENUM ('consultation', 'diagnosis', 'prescription', 'observation');

-- CreateTable
CREATE TABLE "Organization" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Organization_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Membership" (
    "organizationId" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "role" "Role" NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Membership_pkey" PRIMARY KEY ("organizationId","userId")
);

-- CreateTable
CREATE TABLE "Patient" (
    "id" UUID NOT NULL,
    "organizationId" UUID NOT NULL,
    "userId" UUID,
    "givenName" TEXT NOT NULL,
    "familyName" TEXT NOT NULL,
    "birthDate" DATE NOT NULL,
    "nationalId" TEXT NOT NULL,
    "phone" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Patient_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "CareAssignment" (
    "organizationId" UUID NOT NULL,
    "patientId" UUID NOT NULL,
    "clinicianId" UUID NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "CareAssignment_pkey" PRIMARY KEY ("patientId","clinicianId")
);

-- CreateTable
CREATE TABLE "MedicalRecord" (
    "id" UUID NOT NULL,
    "organizationId" UUID NOT NULL,
    "patientId" UUID NOT NULL,
    "authorId" UUID NOT NULL,
    "kind" "RecordKind" NOT NULL,
    "note" TEXT NOT NULL,
    "recordedAt" TIMESTAMPTZ(3) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "MedicalRecord_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Session" (
    "id" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "organizationId" UUID NOT NULL,
    "authTime" TIMESTAMPTZ(0) NOT NULL,
    "amr" TEXT[],
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "revokedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RefreshToken" (
    "id" UUID NOT NULL,
    "sessionId" UUID NOT NULL,
    "tokenHash" BYTEA NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "usedAt" TIMESTAMPTZ(3),

    CONSTRAINT "RefreshToken_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "User" (
    "id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "displayName" TEXT NOT NULL,
    "passwordHash" TEXT NOT NULL,
    "suspendedAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "User_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "Organization_name_key" ON "Organization"("name");

-- CreateIndex
CREATE INDEX "Membership_userId_idx" ON "Membership"("userId");

-- CreateIndex
CREATE INDEX "Patient_organizationId_id_idx" ON "Patient"("organizationId", "id");

-- CreateIndex
CREATE UNIQUE INDEX "Patient_organizationId_userId_key" ON "Patient"("organizationId", "userId");

-- CreateIndex
CREATE INDEX "CareAssignment_organizationId_clinicianId_idx" ON "CareAssignment"("organizationId", "clinicianId");

-- CreateIndex
CREATE INDEX "MedicalRecord_organizationId_patientId_id_idx" ON "MedicalRecord"("organizationId", "patientId", "id");

-- CreateIndex
CREATE INDEX "Session_userId_idx" ON "Session"("userId");

-- CreateIndex
CREATE INDEX "Session_organizationId_userId_idx" ON "Session"("organizationId", "userId");

-- CreateIndex
CREATE UNIQUE INDEX "RefreshToken_tokenHash_key" ON "RefreshToken"("tokenHash");

-- CreateIndex
CREATE INDEX "RefreshToken_sessionId_idx" ON "RefreshToken"("sessionId");

-- CreateIndex
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");

-- AddForeignKey
ALTER TABLE "Membership" ADD CONSTRAINT "Membership_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Membership" ADD CONSTRAINT "Membership_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Patient" ADD CONSTRAINT "Patient_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CareAssignment" ADD CONSTRAINT "CareAssignment_patientId_fkey" FOREIGN KEY ("patientId") REFERENCES "Patient"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "MedicalRecord" ADD CONSTRAINT "MedicalRecord_patientId_fkey" FOREIGN KEY ("patientId") REFERENCES "Patient"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Session" ADD CONSTRAINT "Session_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Session" ADD CONSTRAINT "Session_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "Organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Session" ADD CONSTRAINT "Session_membership_fkey" FOREIGN KEY ("organizationId", "userId") REFERENCES "Membership"("organizationId", "userId") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RefreshToken" ADD CONSTRAINT "RefreshToken_sessionId_fkey" FOREIGN KEY ("sessionId") REFERENCES "Session"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Encrypted columns take nothing but ciphertext: whatever code forgets to encrypt is refused here.
ALTER TABLE "Patient"
  ADD CONSTRAINT "Patient_nationalId_encrypted" CHECK ("nationalId" LIKE 'v1.%'),
  ADD CONSTRAINT "Patient_phone_encrypted" CHECK ("phone" LIKE 'v1.%'),
  ADD CONSTRAINT "Patient_address_encrypted" CHECK ("address" LIKE 'v1.%');
ALTER TABLE "MedicalRecord" ADD CONSTRAINT "MedicalRecord_note_encrypted" CHECK ("note" LIKE 'v1.%');

-- What the server may do. Take away what it does not need.
GRANT SELECT, INSERT, UPDATE, DELETE ON "Organization" TO rampart_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON "Membership" TO rampart_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON "Patient" TO rampart_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON "CareAssignment" TO rampart_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON "MedicalRecord" TO rampart_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON "Session" TO rampart_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON "RefreshToken" TO rampart_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON "User" TO rampart_app;

-- Every instance keeps sessions and roles in memory. Whatever changes who may do what is told to all of them when the
-- transaction commits, from here rather than from the application, so that no code path and no hand-typed UPDATE can forget it.
CREATE FUNCTION notify_access_change() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog
AS $$
BEGIN
  PERFORM pg_notify(
    'access_changed',
    CASE TG_TABLE_NAME
      WHEN 'Session' THEN json_build_object('session', to_json(OLD) -> 'id')
      WHEN 'Membership' THEN json_build_object('organization', to_json(OLD) -> 'organizationId', 'user', to_json(OLD) -> 'userId')
      WHEN 'User' THEN json_build_object('user', to_json(OLD) -> 'id')
    END::text
  );
  RETURN NULL;
END $$;

CREATE TRIGGER session_changed AFTER UPDATE ON "Session" FOR EACH ROW
WHEN (
  (OLD."revokedAt", OLD."expiresAt", OLD."userId", OLD."organizationId", OLD."authTime")
  IS DISTINCT FROM (NEW."revokedAt", NEW."expiresAt", NEW."userId", NEW."organizationId", NEW."authTime")
)
EXECUTE FUNCTION notify_access_change();

CREATE TRIGGER session_deleted AFTER DELETE ON "Session" FOR EACH ROW
EXECUTE FUNCTION notify_access_change();

CREATE TRIGGER membership_changed AFTER UPDATE OR DELETE ON "Membership" FOR EACH ROW
EXECUTE FUNCTION notify_access_change();

CREATE TRIGGER user_changed AFTER UPDATE ON "User" FOR EACH ROW
WHEN (
  (OLD."passwordHash", OLD."suspendedAt", OLD."email")
  IS DISTINCT FROM (NEW."passwordHash", NEW."suspendedAt", NEW."email")
)
EXECUTE FUNCTION notify_access_change();

CREATE TRIGGER user_deleted AFTER DELETE ON "User" FOR EACH ROW
EXECUTE FUNCTION notify_access_change();
