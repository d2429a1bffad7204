import { describe, expect, it } from 'vitest';
import { digestOf, dueAfter, evaluateConfirmation, evaluateStatement } from './recertifications.policy.js';

type Facts = Parameters<typeof evaluateConfirmation>[0];

const stated = new Date('2026-01-31T12:00:00Z');
const later = (seconds: number): Date => new Date(stated.getTime() + seconds * 1000);
const WEEK_S = 7 * 86_400;
const [members, others] = [
  digestOf([{ userId: 'ada', role: 'owner' }]),
  digestOf([{ userId: 'ada', role: 'auditor' }]),
];

/** Ada has stated it; Ben confirms it. */
const statement = { membersDigest: members, statedById: 'ada', createdAt: stated, confirmedAt: null };
const facts: Facts = {
  actorId: 'ben',
  owners: ['ada', 'ben'],
  membersDigest: members,
  seenDigest: members,
  statement,
  now: later(60),
};

const denied = (reason: string) => ({ allowed: false, reason });

describe('B20.3 the digest of members', () => {
  it.each([
    ['another role', [{ userId: 'ada', role: 'auditor' }] as const],
    ['another person', [{ userId: 'ben', role: 'owner' }] as const],
    [
      'one more',
      [
        { userId: 'ada', role: 'owner' },
        { userId: 'ben', role: 'patient' },
      ] as const,
    ],
    ['nobody', []],
  ])('is another one for %s', (_what, list) => {
    expect(digestOf(list)).not.toEqual(members);
  });
});

describe('B20.3 a statement', () => {
  const seen = { actorId: 'ada', owners: ['ada'], membersDigest: members, seenDigest: members };

  it('is taken from an owner who has seen what there is', () => {
    expect(evaluateStatement(seen)).toEqual({ allowed: true });
  });

  it.each([
    ['of somebody who is no owner any more', { actorId: 'eve' }, 'actor-not-owner'],
    ['of nobody', { actorId: undefined }, 'actor-not-owner'],
    ['about another list', { seenDigest: others }, 'members-changed'],
    ['about the beginning of the digest', { seenDigest: members.subarray(0, 31) }, 'members-changed'],
    ['about nothing', { seenDigest: members.subarray(0, 0) }, 'members-changed'],
  ])('%s is refused', (_what, changed, reason) => {
    expect(evaluateStatement({ ...seen, ...changed })).toEqual(denied(reason));
  });
});

describe('B20.3 a confirmation', () => {
  it.each<[string, Partial<Facts>]>([
    ['by another owner counts', {}],
    ['counts until the last moment of a week', { now: later(WEEK_S) }],
  ])('%s', (_rule, changed) => {
    expect(evaluateConfirmation({ ...facts, ...changed })).toEqual({ allowed: true });
  });

  it.each<[string, Partial<Facts>, string]>([
    ['by whoever has stated it', { actorId: 'ada' }, 'own-statement'],
    ['by whoever has stated it, the only owner', { actorId: 'ada', owners: ['ada'] }, 'own-statement'],
    ['by somebody who is no owner any more', { actorId: 'eve' }, 'actor-not-owner'],
    ['by nobody', { actorId: undefined }, 'actor-not-owner'],
    ['a second time', { statement: { ...statement, confirmedAt: later(1) } }, 'confirmed-already'],
    ['of somebody who is no owner any more', { owners: ['ben'] }, 'stated-by-no-owner'],
    ['after a week', { now: later(WEEK_S + 1) }, 'statement-over'],
    ['of another list', { membersDigest: others }, 'members-changed'],
    ['of another list that they have looked at', { membersDigest: others, seenDigest: others }, 'members-changed'],
    ['by an owner who has looked at another list', { seenDigest: others }, 'members-changed'],
  ])('%s is refused', (_what, changed, reason) => {
    expect(evaluateConfirmation({ ...facts, ...changed })).toEqual(denied(reason));
  });

  it('makes the next one due 92 days later', () => {
    expect(dueAfter(stated)).toEqual(later(92 * 86_400));
  });
});
