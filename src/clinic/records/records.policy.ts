import { personOf, type Actor } from '../../platform/access/index.js';
import { visiblePatients, type PatientScope } from '../patients/index.js';

/** How long a broken glass stays open. */
export const BREAK_GLASS_MS = 30 * 60_000;

interface InCare {
  readonly careTeam: { readonly some: { readonly clinicianId: string } };
}

interface BrokenGlass {
  readonly breakGlass: { readonly some: { readonly clinicianId: string; readonly expiresAt: { readonly gt: Date } } };
}

/** Which patients' records an actor may see: a `where` on the patient. */
export interface CareScope extends PatientScope {
  /** A copy that Prisma may own. */
  readonly OR?: (InCare | BrokenGlass)[];
}

/**
 * A clinician sees the records of patients in care, and for half an hour those whose glass they have broken themselves; a
 * patient sees their own; nobody else sees any. @control A1.4
 */
export function patientsWithVisibleRecords(actor: Actor, now: Date): CareScope {
  const scope = visiblePatients(actor);
  if (actor.role === 'patient') return scope;
  const clinicianId = personOf(actor);
  // Whoever is not a clinician has nobody in care, so an id of theirs matches nothing (fails closed).
  const inCare: InCare = { careTeam: { some: { clinicianId } } };
  // What somebody opened as a clinician is closed again once they are none.
  if (actor.role !== 'clinician') return { ...scope, OR: [inCare] };
  return { ...scope, OR: [inCare, { breakGlass: { some: { clinicianId, expiresAt: { gt: now } } } }] };
}
