import { hasSecondFactor } from './authentication-methods.js';

/** How fresh a proof must be, in seconds (RFC 9470 `max_age`). */
export const STEP_UP_MAX_AGE_S = 300;

export interface ProofFacts {
  /** `auth_time` and `amr` of the access token: what its holder has proved, and when. */
  readonly authTime: number;
  readonly amr: readonly string[];
  /** Whether the session was opened, or upgraded, with a second factor: then nothing less will do. */
  readonly isSessionMultiFactor: boolean;
}

/** Whether the proof is fresh and strong enough for a sensitive operation. `now` is in seconds since the epoch. @control A1.5 */
export function isProofFresh({ authTime, amr, isSessionMultiFactor }: ProofFacts, now: number): boolean {
  const isStrong = !isSessionMultiFactor || hasSecondFactor(amr);
  return isStrong && now - authTime <= STEP_UP_MAX_AGE_S;
}
