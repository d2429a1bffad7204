import { newId } from '../../src/platform/crypto/index.js';

/** Values that stand nowhere else in the database. */
export function planted() {
  const mark = newId();
  return { nationalId: `national-${mark}`, phone: `phone-${mark}`, address: `address-${mark}`, note: `note-${mark}` };
}

export type PlantedSecrets = Omit<ReturnType<typeof planted>, 'note'>;

export function plantedPatient(organizationId: string, secrets: PlantedSecrets = planted()) {
  const { nationalId, phone, address } = secrets;
  const birthDate = new Date('1984-02-29');
  return {
    id: newId(),
    organizationId,
    givenName: 'Ada',
    familyName: 'Lovelace',
    birthDate,
    nationalId,
    phone,
    address,
  };
}

export function plantedRecord(organizationId: string, patientId: string, note = planted().note) {
  const recordedAt = new Date();
  return { id: newId(), organizationId, patientId, authorId: newId(), kind: 'diagnosis' as const, note, recordedAt };
}
