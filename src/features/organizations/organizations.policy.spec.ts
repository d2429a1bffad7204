import { describe, expect, it } from 'vitest';
import { evaluateRemoval, evaluateRoleChange, isProposalCounting } from './organizations.policy.js';

type Facts = Parameters<typeof evaluateRoleChange>[0];

const now = new Date('2026-01-31T12:00:00Z');
const later = new Date('2026-01-31T12:00:01Z');
const by = (proposedById: string, expiresAt = later) => ({ proposedById, expiresAt });

/** Ada and Ben are owners; Ada wants Cleo, a clinician, to be a receptionist. */
const facts: Facts = {
  actorId: 'ada',
  memberId: 'cleo',
  currentRole: 'clinician',
  requestedRole: 'receptionist',
  owners: ['ada', 'ben'],
  proposal: undefined,
  now,
};
const toOwner = { requestedRole: 'owner' } as const;
const demotion = { currentRole: 'owner', requestedRole: 'auditor' } as const;

const allowed = (effect: string) => ({ allowed: true, effect });
const denied = (reason: string) => ({ allowed: false, reason });

describe('a role change', () => {
  it.each<[string, Partial<Facts>, string]>([
    ['to another role happens at once', {}, 'change'],
    ['to the same role is none', { requestedRole: 'clinician' }, 'none'],
    ['of an owner to owner is none', { ...toOwner, currentRole: 'owner', memberId: 'ben' }, 'none'],
    ['of an owner happens at once while there is another', { ...demotion, memberId: 'ben' }, 'change'],
    ['of oneself happens while there is another owner', { ...demotion, memberId: 'ada' }, 'change'],
    ['of a suspended owner leaves an owner', { ...demotion, memberId: 'sue', owners: ['ada'] }, 'change'],
    ['to the same role withdraws a proposal', { requestedRole: 'clinician', proposal: by('ben') }, 'withdraw'],
    [
      'to the same role withdraws one that is over',
      { requestedRole: 'clinician', proposal: by('ben', now) },
      'withdraw',
    ],
    ['to another role does not wait for a proposal', { proposal: by('ben') }, 'change'],
  ])('%s', (_rule, changed, effect) => {
    expect(evaluateRoleChange({ ...facts, ...changed })).toEqual(allowed(effect));
  });

  it.each<[string, Partial<Facts>, string]>([
    ['is proposed by the first', {}, 'propose'],
    ['happens by the word of the second', { proposal: by('ben') }, 'change'],
    ['does not happen by the same word twice', { proposal: by('ada') }, 'none'],
    ['is proposed anew when the proposal is over', { proposal: by('ben', now) }, 'propose'],
    ['is proposed anew when the proposer is no owner any more', { proposal: by('eve') }, 'propose'],
    ['is proposed anew when the proposer is the member', { proposal: by('cleo') }, 'propose'],
    ['is not done by a single owner', { owners: ['ada'], proposal: by('ada') }, 'none'],
    ['is not done by a single owner after another has left', { owners: ['ada'], proposal: by('ben') }, 'propose'],
  ])('A1.6 to owner %s', (_rule, changed, effect) => {
    expect(evaluateRoleChange({ ...facts, ...toOwner, ...changed })).toEqual(allowed(effect));
  });

  it.each<[string, Partial<Facts>, string]>([
    ['by somebody who is no owner any more', { actorId: 'eve' }, 'actor-not-owner'],
    ['by nobody', { actorId: undefined }, 'actor-not-owner'],
    ['by nobody, where there are no owners', { actorId: undefined, owners: [] }, 'actor-not-owner'],
    ['by a member, of themselves to owner', { ...toOwner, actorId: 'cleo' }, 'actor-not-owner'],
    [
      'by a member who approves the proposal to be owner themselves',
      { ...toOwner, actorId: 'cleo', proposal: by('ada') },
      'actor-not-owner',
    ],
    [
      'of oneself to owner, whatever else is said',
      { ...toOwner, actorId: 'cleo', owners: ['ada', 'cleo'], proposal: by('ada') },
      'own-promotion',
    ],
    ['of an owner by somebody who is none', { ...demotion, actorId: 'eve', memberId: 'ada' }, 'actor-not-owner'],
    ['of oneself, the last owner', { ...demotion, memberId: 'ada', owners: ['ada'] }, 'last-owner'],
  ])('A1.6 is refused %s', (_rule, changed, reason) => {
    expect(evaluateRoleChange({ ...facts, ...changed })).toEqual(denied(reason));
  });
});

describe('a removal', () => {
  const removal = { actorId: 'ada', memberId: 'cleo', currentRole: 'clinician', owners: ['ada', 'ben'] } as const;
  type RemovalFacts = Parameters<typeof evaluateRemoval>[0];

  it.each<[string, Partial<RemovalFacts>]>([
    ['of a member', {}],
    ['of another owner', { memberId: 'ben', currentRole: 'owner' }],
    ['of oneself while there is another owner', { memberId: 'ada', currentRole: 'owner' }],
    ['of a suspended owner', { memberId: 'sue', currentRole: 'owner', owners: ['ada'] }],
  ])('%s is allowed', (_rule, changed) => {
    expect(evaluateRemoval({ ...removal, ...changed })).toEqual({ allowed: true });
  });

  it.each<[string, Partial<RemovalFacts>, string]>([
    ['of the last owner', { memberId: 'ada', currentRole: 'owner', owners: ['ada'] }, 'last-owner'],
    ['by somebody who is no owner any more', { actorId: 'eve' }, 'actor-not-owner'],
    ['by a member of themselves', { actorId: 'cleo' }, 'actor-not-owner'],
    ['by nobody', { actorId: undefined }, 'actor-not-owner'],
  ])('%s is refused', (_rule, changed, reason) => {
    expect(evaluateRemoval({ ...removal, ...changed })).toEqual(denied(reason));
  });
});

describe('a proposal', () => {
  it.each([
    ['counts', by('ben'), true],
    ['does not count when there is none', undefined, false],
    ['does not count from the moment it ends', by('ben', now), false],
    ['does not count when its proposer is no owner', by('eve'), false],
  ])('%s', (_rule, proposal, isCounting) => {
    expect(isProposalCounting(proposal, { owners: facts.owners, now })).toBe(isCounting);
  });
});
