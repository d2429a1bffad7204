-- `updatedAt` is what the ETag of a patient is made of (docs/adr/0034-idempotency-and-preconditions.md): two changes within a
-- millisecond, or by servers whose clocks differ, must not leave it as it was or set it back. Only where a change sets it:
-- encrypting a row anew is no change of what clients see.
CREATE FUNCTION "Patient_updatedAt_moves_on"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW."updatedAt" <= OLD."updatedAt" THEN
    NEW."updatedAt" := OLD."updatedAt" + interval '1 millisecond';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER "Patient_updatedAt_moves_on" BEFORE UPDATE OF "updatedAt" ON "Patient"
FOR EACH ROW EXECUTE FUNCTION "Patient_updatedAt_moves_on"();
