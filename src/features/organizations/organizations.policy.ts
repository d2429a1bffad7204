import type { Role } from '../../roles.js';

export interface OwnerProposal {
  readonly proposedById: string;
  readonly expiresAt: Date;
}

interface MemberFacts {
  /** The person who acts; undefined when there is none, as behind an API key. */
  readonly actorId: string | undefined;
  readonly memberId: string;
  readonly currentRole: Role;
  /** Everybody who is an owner of the organization now, and not suspended. */
  readonly owners: readonly string[];
}

interface RoleChangeFacts extends MemberFacts {
  readonly requestedRole: Role;
  /** What is on record for this member, whether or not it still counts. */
  readonly proposal: OwnerProposal | undefined;
  readonly now: Date;
}

/** `propose`: the first of two owners has spoken. `withdraw`: an owner has spoken against it. */
export type RoleChangeEffect = 'change' | 'propose' | 'withdraw' | 'none';
export type RefusalReason = 'actor-not-owner' | 'last-owner' | 'own-promotion';

interface Denied {
  readonly allowed: false;
  readonly reason: RefusalReason;
}

type RoleChangeDecision = { readonly allowed: true; readonly effect: RoleChangeEffect } | Denied;
type RemovalDecision = { readonly allowed: true } | Denied;

/**
 * What becomes of the wish of an owner that a member has this role. Any role but owner is given at once. Owner is given when
 * two owners have asked for it within the life of the proposal: one stolen session must not make accomplices (ASVS 2.3.5).
 * @control A1.6
 */
export function evaluateRoleChange(facts: RoleChangeFacts): RoleChangeDecision {
  const { currentRole, requestedRole, proposal } = facts;
  if (!isActorOwner(facts)) return denied('actor-not-owner');
  if (requestedRole === 'owner' && currentRole !== 'owner') return evaluateGrant(facts);
  if (requestedRole === currentRole) return effect(proposal === undefined ? 'none' : 'withdraw');
  return isLastOwner(facts) ? denied('last-owner') : effect('change');
}

/** Whether an owner may take a member, perhaps themselves, out of the organization. */
export function evaluateRemoval(facts: MemberFacts): RemovalDecision {
  if (!isActorOwner(facts)) return denied('actor-not-owner');
  return isLastOwner(facts) ? denied('last-owner') : { allowed: true };
}

/** A proposal counts for as long as it lives, and as long as who made it is an owner. */
export function isProposalCounting(
  proposal: OwnerProposal | undefined,
  { owners, now }: Pick<RoleChangeFacts, 'owners' | 'now'>,
): boolean {
  return proposal !== undefined && proposal.expiresAt > now && owners.includes(proposal.proposedById);
}

function evaluateGrant(facts: RoleChangeFacts): RoleChangeDecision {
  if (facts.actorId === facts.memberId) return denied('own-promotion');
  if (!isProposalCounting(facts.proposal, facts)) return effect('propose');
  return effect(facts.proposal?.proposedById === facts.actorId ? 'none' : 'change');
}

/** Asked again although the route asks for a permission: the actor may have lost the role since the request came in. */
function isActorOwner({ actorId, owners }: MemberFacts): boolean {
  return actorId !== undefined && owners.includes(actorId);
}

/** An organization without an owner could not be managed by anybody any more. */
function isLastOwner({ currentRole, memberId, owners }: MemberFacts): boolean {
  return currentRole === 'owner' && owners.every((id) => id === memberId);
}

function effect(name: RoleChangeEffect): RoleChangeDecision {
  return { allowed: true, effect: name };
}

function denied(reason: RefusalReason): Denied {
  return { allowed: false, reason };
}
