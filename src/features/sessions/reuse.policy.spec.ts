import { describe, expect, it } from 'vitest';
import { isDoubleSubmit, type ReuseFacts } from './reuse.policy.js';

const usedAt = new Date('2026-11-22T12:00:00Z');
const honest: ReuseFacts = { now: usedAt, usedAt, isSameDevice: true, isNewestUsed: true, graceSeconds: 10 };
const later = (ms: number) => new Date(usedAt.getTime() + ms);

describe('A13.4 a second use of a refresh token', () => {
  it.each<[string, Partial<ReuseFacts>]>([
    ['at the same moment', {}],
    ['just within the grace', { now: later(9999) }],
    ['by an instance whose clock is behind', { now: later(-50) }],
  ])('is a double submit %s', (_when, facts) => {
    expect(isDoubleSubmit({ ...honest, ...facts })).toBe(true);
  });

  it.each<[string, Partial<ReuseFacts>]>([
    ['when the grace is over', { now: later(10_000) }],
    ['from another device', { isSameDevice: false }],
    ['when the chain has moved on', { isNewestUsed: false }],
    ['when there is no grace', { graceSeconds: 0 }],
    ['a day later', { now: later(86_400_000) }],
  ])('is theft %s', (_when, facts) => {
    expect(isDoubleSubmit({ ...honest, ...facts })).toBe(false);
  });
});
