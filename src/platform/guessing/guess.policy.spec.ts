import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateGuess, type GuessState } from './guess.policy.js';

const NOW = new Date('2026-11-22T12:00:00Z');
const later = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);
const rules = { hasHardStop: true };
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The state after this many failures, each at the first moment that it is allowed. */
function afterFailures(count: number, start = NOW): GuessState | undefined {
  let state: GuessState | undefined;
  let now = start;
  for (let failure = 0; failure < count; failure += 1) {
    now = state?.blockedUntil ?? now;
    const decision = evaluateGuess(state, now, { hasHardStop: false });
    if (!decision.allowed) throw new Error('was to be allowed');
    state = decision.next;
  }
  return state;
}

const waitAfter = (failures: number): number => {
  const state = afterFailures(failures);
  const decision = evaluateGuess(state, state?.lastFailureAt ?? NOW, rules);
  return decision.allowed ? 0 : decision.retryAfterSeconds;
};

describe('A1.3 guesses', () => {
  it.each([
    [0, 0],
    [4, 0],
    [5, 10],
    [6, 20],
    [7, 40],
    [12, 1280],
    [14, HOUR],
    [40, HOUR],
  ])('after %i failures wait %i seconds', (failures, seconds) => {
    expect(waitAfter(failures)).toBe(seconds);
  });

  it('count before they are made: the fifth already makes the sixth wait', () => {
    const fifth = evaluateGuess(afterFailures(4), NOW, rules);
    expect(fifth).toMatchObject({ allowed: true, next: { failures: 5, blockedUntil: later(10) } });
  });

  it.each([
    ['four, and a quarter of an hour', 4, 15 * MINUTE, 1],
    ['four, and a little less', 4, 15 * MINUTE - 1, 5],
    ['five, and a quarter of an hour', 5, 15 * MINUTE, 6],
    ['nine, and a day', 9, DAY, 1],
    ['nine, and a little less', 9, DAY - 1, 10],
  ])('are forgiven or not after %s', (_what, failures, pause, next) => {
    const state = afterFailures(failures);
    const when = new Date((state?.lastFailureAt.getTime() ?? 0) + pause * 1000);
    expect(evaluateGuess(state, when, rules)).toMatchObject({ allowed: true, next: { failures: next } });
  });

  it('end after a hundred in a row, however long one waits', () => {
    const state = afterFailures(100);
    expect(evaluateGuess(state, later(365 * DAY), rules)).toMatchObject({ allowed: false, reason: 'hard-stop' });
    expect(evaluateGuess(afterFailures(99), later(365 * DAY), rules)).toMatchObject({ allowed: true });
  });

  it('do not end so for what many people share', () => {
    expect(evaluateGuess(afterFailures(100), later(365 * DAY), { hasHardStop: false })).toMatchObject({
      allowed: true,
    });
  });

  it('A1.3 never come faster than the delays allow, whatever the rhythm', () => {
    const pauses = fc.array(fc.integer({ min: 0, max: 30 * MINUTE }), { minLength: 20, maxLength: 120 });
    fc.assert(
      fc.property(pauses, (seconds) => {
        let state: GuessState | undefined;
        let now = NOW;
        for (const pause of seconds) {
          now = new Date(now.getTime() + pause * 1000);
          const decision = evaluateGuess(state, now, rules);
          const mustWait = state?.blockedUntil !== null && state !== undefined && state.blockedUntil > now;
          expect(decision.allowed).toBe(!mustWait && (state?.consecutive ?? 0) < 100);
          if (decision.allowed) state = decision.next;
        }
      }),
    );
  });
});
