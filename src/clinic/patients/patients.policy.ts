import type { Actor } from '../../platform/access/index.js';

/** The part of a `where` that keeps an actor to what they may see. Every query of the repository carries it. */
export interface PatientScope {
  readonly organizationId: string;
  readonly userId?: string;
}

/** Staff see the patients of their organization, a patient sees their own entry. @control A1.4 */
export function visiblePatients(actor: Actor): PatientScope {
  const { organizationId } = actor;
  if (actor.role !== 'patient') return { organizationId };
  // Without a person behind the call there is no "own": an id that no row has shows nothing (fails closed).
  return { organizationId, userId: actor.userId ?? actor.id };
}
