/**
 * Clinical and secret columns that are not among platform/database/encrypted-columns.ts, and what they are protected by instead.
 * test/architecture/data-classes.test.ts fails for one that is in neither list. @control A11.2 B10.1
 */
export const unencryptedColumns: Readonly<Record<string, string>> = {
  'ApiKey.secretHash': 'HMAC-SHA-256 under a pepper, of 256 random bits',
  'DataKey.wrappedKey': 'wrapped by the key-encryption key',
  // example: begin
  'MedicalRecord.kind': 'one of four words; what it is about stands in the note',
  // example: end
  'OneTimeToken.tokenHash': 'SHA-256 of 256 random bits',
  // example: begin
  'Patient.nationalIdIndex': 'HMAC-SHA-256 under a key of its own',
  // example: end
  'RecoveryCode.codeHash': 'SHA-256 of 120 random bits',
  'RefreshToken.tokenHash': 'SHA-256 of 256 random bits',
  'User.passwordHash': 'Argon2id under a pepper',
};
