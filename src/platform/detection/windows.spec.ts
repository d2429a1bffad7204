import { describe, expect, it } from 'vitest';
import { Windows } from './windows.js';

const LIMIT = { threshold: 3, windowMs: 1000 };

describe('counting within windows', () => {
  it('B12.1 fires at the threshold, once in a window', () => {
    const windows = new Windows();
    const counts = [0, 1, 2, 3, 4].map((at) => windows.add('a', at, LIMIT));
    expect(counts).toEqual([undefined, undefined, 3, undefined, undefined]);
  });

  it('B12.1 begins anew when the window is over', () => {
    const windows = new Windows();
    for (const at of [0, 1]) windows.add('a', at, LIMIT);
    expect(windows.add('a', 1000, LIMIT)).toBeUndefined();
    expect(windows.add('a', 1001, LIMIT)).toBeUndefined();
    expect(windows.add('a', 1002, LIMIT)).toBe(3);
  });

  it('B12.1 keeps subjects apart', () => {
    const windows = new Windows();
    expect(['a', 'b', 'c', 'd'].map((key) => windows.add(key, 0, LIMIT))).toEqual(Array(4).fill(undefined));
  });

  it('B12.1 counts what is the same only once, where different things are counted', () => {
    const windows = new Windows();
    for (const distinct of ['x', 'x', 'x', 'x', 'y']) {
      expect(windows.add('a', 0, { ...LIMIT, distinct })).toBeUndefined();
    }
    expect(windows.add('a', 0, { ...LIMIT, distinct: 'z' })).toBe(3);
  });

  it('B12.1 counts by weight', () => {
    const windows = new Windows();
    expect(windows.add('a', 0, { ...LIMIT, weight: 2 })).toBeUndefined();
    expect(windows.add('a', 0, { ...LIMIT, weight: 20 })).toBe(22);
  });

  it('B12.1 a flood of subjects is forgotten, the least recent first, and never kept without a bound', () => {
    const windows = new Windows();
    for (const at of [0, 1]) windows.add('a', at, LIMIT);
    for (let made = 0; made < 50_000; made += 1) windows.add(`made up ${made}`, 2, LIMIT);
    expect(windows.add('a', 3, LIMIT)).toBeUndefined();
  });
});
