import type { Page } from '../../platform/serialization/index.js';
import type { PersonNameBody } from './patients.bodies.js';
import type { PatientRead, PatientRow } from './patients.repository.js';

/** A patient of version 1 as version 2 shows it; who sees what of it is the business of the view. */
export function withName({ givenName, familyName, ...patient }: PatientRow | PatientRead) {
  return { ...patient, name: { given: givenName, family: familyName } };
}

export function pageWithNames({ items, nextCursor }: Page<PatientRow | PatientRead>) {
  return { items: items.map(withName), nextCursor };
}

export function fromName({ given, family }: PersonNameBody) {
  return { givenName: given, familyName: family };
}
