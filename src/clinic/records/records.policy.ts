import type { Actor } from '../../platform/access/index.js';
import { visiblePatients, type PatientScope } from '../patients/index.js';

/** Which patients' records an actor may see: a `where` on the patient. */
export interface CareScope extends PatientScope {
  readonly careTeam?: { readonly some: { readonly clinicianId: string } };
}

/** A clinician sees the records of patients in care, a patient their own; nobody else sees any. @control A1.4 */
export function patientsWithVisibleRecords(actor: Actor): CareScope {
  const scope = visiblePatients(actor);
  if (actor.role === 'patient') return scope;
  // Whoever is not a clinician has nobody in care, so an id of theirs matches nothing (fails closed).
  return { ...scope, careTeam: { some: { clinicianId: actor.id } } };
}
