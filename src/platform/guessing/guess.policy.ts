/** What is remembered of the failed guesses against one subject. */
export interface GuessState {
  /** Since the last pause or success. */
  readonly failures: number;
  /** Since the last success, whatever time passes. */
  readonly consecutive: number;
  readonly lastFailureAt: Date;
  readonly blockedUntil: Date | null;
}

export interface GuessRules {
  /** SP 800-63B-4 §3.2.2: at most 100 consecutive failures. An address has no such end: many people may share one. */
  readonly hasHardStop: boolean;
}

export type GuessDecision =
  | { readonly allowed: true; readonly next: GuessState }
  | { readonly allowed: false; readonly reason: 'delayed' | 'hard-stop'; readonly retryAfterSeconds: number };

/** Failures that cost nothing, when they lie within the window. */
const FREE_FAILURES = 5;
const WINDOW_MS = 15 * 60_000;
/** After the last free failure; doubled by each further one. */
const FIRST_DELAY_MS = 10_000;
const LONGEST_DELAY_MS = 60 * 60_000;
/** Somebody who has been slowed down is forgiven after this long without a failure. */
const FORGIVEN_AFTER_MS = 24 * 60 * 60_000;
export const MOST_CONSECUTIVE = 100;

const NEVER_FAILED: GuessState = { failures: 0, consecutive: 0, lastFailureAt: new Date(0), blockedUntil: null };

/**
 * Whether another guess may be made, and what to remember if it fails: it is counted before it is made, so that parallel
 * guesses cannot be more than the free ones. @control A1.3
 */
export function evaluateGuess(known: GuessState | undefined, now: Date, { hasHardStop }: GuessRules): GuessDecision {
  const state = known ?? NEVER_FAILED;
  const { consecutive } = state;
  if (hasHardStop && consecutive >= MOST_CONSECUTIVE) {
    return { allowed: false, reason: 'hard-stop', retryAfterSeconds: FORGIVEN_AFTER_MS / 1000 };
  }
  const waitMs = (state.blockedUntil?.getTime() ?? 0) - now.getTime();
  if (waitMs > 0) return { allowed: false, reason: 'delayed', retryAfterSeconds: Math.ceil(waitMs / 1000) };
  const failures = (isForgiven(state, now) ? 0 : state.failures) + 1;
  return {
    allowed: true,
    next: { failures, consecutive: consecutive + 1, lastFailureAt: now, blockedUntil: blockedUntil(failures, now) },
  };
}

function isForgiven({ failures, lastFailureAt }: GuessState, now: Date): boolean {
  const pause = now.getTime() - lastFailureAt.getTime();
  return pause >= (failures < FREE_FAILURES ? WINDOW_MS : FORGIVEN_AFTER_MS);
}

function blockedUntil(failures: number, now: Date): Date | null {
  if (failures < FREE_FAILURES) return null;
  const delay = Math.min(FIRST_DELAY_MS * 2 ** (failures - FREE_FAILURES), LONGEST_DELAY_MS);
  return new Date(now.getTime() + delay);
}
