-- Values that were encrypted straight under KEY_ENCRYPTION_KEYS (v1) do not open under the keys of organizations (v2). Nothing
-- was released with them: a database that has some is one of development, and its owner says when it may go.
DO $$
BEGIN
  IF EXISTS (SELECT FROM "Patient") OR EXISTS (SELECT FROM "TotpFactor") THEN
    RAISE EXCEPTION 'This database was made before organizations had keys of their own. Remove the folder .data, or use a new database.';
  END IF;
END $$;

-- Tokens live for hours at most: whoever holds one asks for another.
DELETE FROM "OneTimeToken";

-- AlterTable
ALTER TABLE "OneTimeToken" DROP COLUMN "context",
ADD COLUMN     "context" JSONB NOT NULL;

-- AlterTable
ALTER TABLE "Patient" ADD COLUMN     "nationalIdIndex" BYTEA;

-- CreateIndex
CREATE INDEX "Patient_organizationId_nationalIdIndex_idx" ON "Patient"("organizationId", "nationalIdIndex");

-- Written by the server with the column beside it: optional to whoever creates a patient, never absent from a row.
ALTER TABLE "Patient" ADD CONSTRAINT "Patient_nationalIdIndex_present" CHECK (octet_length("nationalIdIndex") = 32 AND "nationalIdIndex" IS NOT NULL);

-- Encrypted columns take nothing but ciphertext, which names its key.
ALTER TABLE "Patient"
  DROP CONSTRAINT "Patient_nationalId_encrypted",
  DROP CONSTRAINT "Patient_phone_encrypted",
  DROP CONSTRAINT "Patient_address_encrypted",
  ADD CONSTRAINT "Patient_nationalId_encrypted" CHECK ("nationalId" ~ '^v2\.[0-9a-f-]{36}\.'),
  ADD CONSTRAINT "Patient_phone_encrypted" CHECK ("phone" ~ '^v2\.[0-9a-f-]{36}\.'),
  ADD CONSTRAINT "Patient_address_encrypted" CHECK ("address" ~ '^v2\.[0-9a-f-]{36}\.');
ALTER TABLE "MedicalRecord"
  DROP CONSTRAINT "MedicalRecord_note_encrypted",
  ADD CONSTRAINT "MedicalRecord_note_encrypted" CHECK ("note" ~ '^v2\.[0-9a-f-]{36}\.');
ALTER TABLE "BreakGlass"
  DROP CONSTRAINT "BreakGlass_reason_encrypted",
  ADD CONSTRAINT "BreakGlass_reason_encrypted" CHECK ("reason" ~ '^v2\.[0-9a-f-]{36}\.');
ALTER TABLE "TotpFactor"
  DROP CONSTRAINT "TotpFactor_secret_encrypted",
  ADD CONSTRAINT "TotpFactor_secret_encrypted" CHECK ("secret" ~ '^v2\.[0-9a-f-]{36}\.');
ALTER TABLE "OneTimeToken"
  ADD CONSTRAINT "OneTimeToken_context_encrypted" CHECK (jsonb_typeof("context") = 'string' AND "context" #>> '{}' ~ '^v2\.[0-9a-f-]{36}\.');
