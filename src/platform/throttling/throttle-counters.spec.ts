import { afterEach, describe, expect, it, vi } from 'vitest';
import type { SecurityEvents } from '../audit/index.js';
import { Clock } from '../time/index.js';
import { ThrottleCounters } from './throttle-counters.js';
import { ThrottlingConfig } from './throttling.config.js';

class RealClock extends Clock {
  override now(): Date {
    return new Date();
  }
}

const counters = () =>
  new ThrottleCounters(new ThrottlingConfig({ THROTTLE_SCALE: 1, REDIS_PLAINTEXT: 'refused' }), new RealClock(), {
    note: () => undefined,
  } as unknown as SecurityEvents);
const count = (store: ThrottleCounters, key = 'key') => store.increment(key, 0, 2, 0, 'read');

afterEach(() => void vi.useRealTimers());

describe('counters in memory', () => {
  it('B6.1 B6.3 let as many pass as may, and say how long to wait', async () => {
    const store = counters();
    expect([await count(store), await count(store)].map(({ isBlocked }) => isBlocked)).toEqual([false, false]);
    const refused = await count(store);
    expect(refused).toMatchObject({ totalHits: 3, isBlocked: true, isFirstBlocked: true });
    expect(refused.timeToExpire).toBe(60);
    expect(await count(store)).toMatchObject({ isBlocked: true, isFirstBlocked: false });
  });

  it('B6.1 count each key for itself', async () => {
    const store = counters();
    for (let times = 0; times < 3; times += 1) await count(store, 'one');
    expect((await count(store, 'other')).isBlocked).toBe(false);
  });

  it.each([
    [59_000, true],
    [60_001, false],
  ])('B6.1 begin anew after a minute, and not after %d ms when that is less', async (elapsed, isBlocked) => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const store = counters();
    for (let times = 0; times < 3; times += 1) await count(store);
    vi.setSystemTime(Date.now() + elapsed);
    expect((await count(store)).isBlocked).toBe(isBlocked);
  });
});
