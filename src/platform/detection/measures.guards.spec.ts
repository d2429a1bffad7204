import type { ExecutionContext } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Clock } from '../time/index.js';
import type { Measure, Measures } from './measures.js';
import { AddressMeasuresGuard } from './measures.guards.js';

const NOW = 1_000_000;
const slowDown: Measure = { kind: 'slow-down', since: NOW, until: NOW + 60_000 };

function guardWith(...inForce: Measure[]) {
  const measures = { isEmpty: inForce.length === 0, of: () => inForce } as unknown as Measures;
  const guard = new AddressMeasuresGuard(measures, { now: () => new Date(NOW) } as unknown as Clock);
  const http = { getRequest: () => ({ ip: '192.0.2.1' }) };
  return () => guard.canActivate({ switchToHttp: () => http } as unknown as ExecutionContext);
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('whoever is slowed down', () => {
  it('B12.2 waits a second for each request, and is served then', async () => {
    const served = vi.fn<(isServed: boolean) => void>();
    void Promise.resolve(guardWith(slowDown)()).then(served);
    await vi.advanceTimersByTimeAsync(999);
    expect(served).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(served).toHaveBeenCalledWith(true);
  });

  it('B12.2 fills no memory with requests that wait: beyond a hundred they are refused at once', async () => {
    const ask = guardWith(slowDown);
    const waiting = Array.from({ length: 100 }, async () => ask());
    await expect((async () => ask())()).rejects.toMatchObject({ code: 'service-unavailable' });
    await vi.advanceTimersByTimeAsync(1000);
    expect(await Promise.all(waiting)).toEqual(Array(100).fill(true));
    const next = Promise.resolve(ask());
    await vi.advanceTimersByTimeAsync(1000);
    expect(await next).toBe(true);
  });

  it.each<[string, Measure[]]>([
    ['nobody has noticed', []],
    ['is noticed no more', [{ ...slowDown, until: NOW }]],
  ])('B12.2 is not somebody whom %s', (_who, inForce) => {
    expect(guardWith(...inForce)()).toBe(true);
  });

  it('B12.2 is refused where a block is in force as well, and told for how long', () => {
    const ask = guardWith(slowDown, { ...slowDown, kind: 'block', until: NOW + 30_000 });
    expect(ask).toThrow(expect.objectContaining({ code: 'temporarily-blocked', headers: { 'retry-after': '30' } }));
  });
});
