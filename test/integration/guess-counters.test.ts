import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/platform/database/index.js';
import { GuessCountersRepository, keyText } from '../../src/platform/guessing/guess-counters.repository.js';
import { evaluateGuess, type GuessState } from '../../src/platform/guessing/guess.policy.js';
import { openDatabase } from './open-database.ts';

type Key = Buffer<ArrayBuffer>;

const NOW = new Date('2026-11-22T12:00:00Z');
let database: Database;
let counters: GuessCountersRepository;

beforeAll(async () => {
  database = await openDatabase();
  counters = new GuessCountersRepository(database);
});

afterAll(() => database.onApplicationShutdown());

const newKey = (): Key => Buffer.from(randomBytes(32));

/** One failure more for each key, allowed or not by no rule but that there are fewer than `most`. */
function fail(keys: readonly Key[], most = Infinity) {
  return counters.change(keys, NOW, (states) => {
    const known = keys.map((key) => [keyText(key), states.get(keyText(key))] as const);
    const next = new Map(known.map(([key, state]) => [key, oneMore(state)]));
    return { isAllowed: known.every(([, state]) => (state?.failures ?? 0) < most), next };
  });
}

function oneMore(state: GuessState | undefined): GuessState {
  const failures = (state?.failures ?? 0) + 1;
  return { failures, consecutive: failures, lastFailureAt: NOW, blockedUntil: null };
}

async function failuresOf(key: Key): Promise<number | undefined> {
  const row = await database.client.guessCounter.findUnique({ where: { key } });
  return row?.failures;
}

describe('A7.4 guess counters', () => {
  it('count every failure of 50 that come at the same moment', async () => {
    const key = newKey();
    await Promise.all(Array.from({ length: 50 }, () => fail([key])));
    expect(await failuresOf(key)).toBe(50);
  });

  it('let no more than the allowed ones happen, and count none that is refused', async () => {
    const [account, address] = [newKey(), newKey()];
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => fail([account, address], 5)));
    expect(outcomes.filter(({ isAllowed }) => isAllowed)).toHaveLength(5);
    expect([await failuresOf(account), await failuresOf(address)]).toEqual([5, 5]);
  });

  it('do not wait for each other in a circle, whatever order the keys come in', async () => {
    const keys = [newKey(), newKey(), newKey()];
    const orders = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? keys : keys.toReversed()));
    await Promise.all(orders.map((order) => fail(order)));
    for (const key of keys) expect(await failuresOf(key)).toBe(40);
  });

  it('may be forgotten at any moment: a guess that is under way is judged all the same', async () => {
    const key = newKey();
    const tasks = Array.from({ length: 120 }, (_, i) => (i % 3 === 0 ? counters.clear([key]) : fail([key])));
    const outcomes = await Promise.allSettled(tasks);
    expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([]);
  });

  it('take back one failure, and never more than there are', async () => {
    const key = newKey();
    await fail([key]);
    await fail([key]);
    for (const left of [1, 0, 0]) {
      await counters.refund([key]);
      expect(await failuresOf(key)).toBe(left);
    }
  });

  it('keep what the policy decides, to the millisecond', async () => {
    const key = newKey();
    let now = NOW;
    for (let failures = 1; failures <= 8; failures += 1) {
      const { decision } = await counters.change([key], now, (states) => {
        const judged = evaluateGuess(states.get(keyText(key)), now, { hasHardStop: true });
        const next = new Map(judged.allowed ? [[keyText(key), judged.next]] : []);
        return { decision: judged, isAllowed: judged.allowed, next };
      });
      expect(decision).toMatchObject({ allowed: true, next: { failures, consecutive: failures } });
      now = decision.allowed ? (decision.next.blockedUntil ?? now) : now;
    }
  });
});
