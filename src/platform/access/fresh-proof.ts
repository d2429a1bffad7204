import { PersonRequired, StepUpRequired } from './access.errors.js';
import type { Actor } from './actor.js';
import { isProofFresh } from './step-up.js';

/** Throws `PersonRequired` for a program, `StepUpRequired` unless the proof is fresh at `now`, in seconds since the epoch. @control A1.5 */
export function refuseStaleProof(actor: Actor | undefined, now: number): void {
  if (actor !== undefined && actor.kind !== 'user') throw new PersonRequired(actor.kind);
  if (actor === undefined || !isProofFresh(actor, now)) throw new StepUpRequired();
}
