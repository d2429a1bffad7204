import type { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { isSameSecret } from '../../platform/crypto/index.js';
import type { Role } from '../../roles.js';

const DAY_MS = 86_400_000;
/** After so many days somebody has to look again. `npm run audit:security` knows the same number. */
const RECERTIFICATION_DAYS = 92;
/** What somebody has seen is confirmed soon, or looked at anew. */
export const STATEMENT_LIFE_DAYS = 7;

export interface RoleHolder {
  readonly userId: string;
  readonly role: Role;
}

export interface Statement {
  readonly membersDigest: Uint8Array<ArrayBuffer>;
  readonly statedById: string;
  readonly createdAt: Date;
  readonly confirmedAt: Date | null;
}

interface ReviewFacts {
  readonly actorId: string | undefined;
  /** Everybody who is an owner of the organization now, and not suspended. */
  readonly owners: readonly string[];
  /** Of the members as they are now. */
  readonly membersDigest: Uint8Array;
  /** Of the members that the actor has looked at. */
  readonly seenDigest: Uint8Array;
}

interface ConfirmationFacts extends ReviewFacts {
  readonly statement: Statement;
  readonly now: Date;
}

export type ReviewRefusal =
  | 'actor-not-owner'
  | 'own-statement'
  | 'stated-by-no-owner'
  | 'confirmed-already'
  | 'statement-over'
  | 'members-changed';
type Decision = { readonly allowed: true } | { readonly allowed: false; readonly reason: ReviewRefusal };

/** Who holds which role, as one value that changes with every change of it. The members come in the order of their ids. */
export function digestOf(members: readonly RoleHolder[]): Buffer<ArrayBuffer> {
  return createHash('sha256')
    .update(JSON.stringify(members.map(({ userId, role }) => [userId, role])), 'utf8')
    .digest();
}

/** The day by which the access has to be reviewed: of a young organization counted from its first day. */
export function dueAfter(lastReviewedAt: Date): Date {
  return new Date(lastReviewedAt.getTime() + RECERTIFICATION_DAYS * DAY_MS);
}

/** An owner states what they have seen, if it is still so. */
export function evaluateStatement({ actorId, owners, membersDigest, seenDigest }: ReviewFacts): Decision {
  if (actorId === undefined || !owners.includes(actorId)) return refused('actor-not-owner');
  return isSameSecret(seenDigest, membersDigest) ? { allowed: true } : refused('members-changed');
}

/**
 * Another owner, who has looked at the same list, confirms it while it is so and while the first one is an owner too: nobody vouches for themselves, and no
 * stolen session vouches for accomplices (ASVS 2.3.5). @control B20.3
 */
export function evaluateConfirmation(facts: ConfirmationFacts): Decision {
  const { actorId, owners, seenDigest, statement, now } = facts;
  if (actorId === undefined || !owners.includes(actorId)) return refused('actor-not-owner');
  if (statement.statedById === actorId) return refused('own-statement');
  if (statement.confirmedAt !== null) return refused('confirmed-already');
  if (!owners.includes(statement.statedById)) return refused('stated-by-no-owner');
  if (now.getTime() - statement.createdAt.getTime() > STATEMENT_LIFE_DAYS * DAY_MS) return refused('statement-over');
  const isOfOneList =
    isSameSecret(statement.membersDigest, facts.membersDigest) && isSameSecret(seenDigest, facts.membersDigest);
  return isOfOneList ? { allowed: true } : refused('members-changed');
}

function refused(reason: ReviewRefusal): Decision {
  return { allowed: false, reason };
}
