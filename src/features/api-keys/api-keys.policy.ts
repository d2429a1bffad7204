import type { Actor } from '../../platform/access/index.js';
import { includesAddress, type Network } from '../../platform/networks/index.js';
import { roles } from '../../roles.js';

const DAY_MS = 86_400_000;
/** @control B4.3 */
const UNUSED_DAYS = 45;

/** What programs never do: who belongs here, who may do what, and what is known about it. @control A4.5 */
const CLOSED_RESOURCES = new Set(['members', 'api-keys', 'audit', 'security']);
/** Only a person can say that there is an emergency, or prove anew who they are. */
const ACTIONS_OF_PEOPLE = new Set(['break-glass', 'reveal']);

/** Every permission that a key may have, if its maker has it. */
export const openScopes: readonly string[] = [
  ...new Set(Object.values(roles).flatMap(({ permissions }): readonly string[] => permissions)),
].filter((permission) => {
  const [resource = '', action = ''] = permission.split(':');
  return !CLOSED_RESOURCES.has(resource) && !ACTIONS_OF_PEOPLE.has(action);
});

/** The part of a `where` that keeps an actor to the keys that they may see and end. */
export interface KeyScope {
  readonly organizationId: string;
  readonly createdById?: string;
}

/** Members see their own keys, owners those of the organization. @control A1.4 */
export function visibleKeys({ organizationId, role, userId, id }: Actor): KeyScope {
  return role === 'owner' ? { organizationId } : { organizationId, createdById: userId ?? id };
}

export interface KeyTimes {
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
  readonly lastUsedAt: Date | null;
}

export type KeyStatus = 'active' | 'revoked' | 'expired' | 'suspended';

/** A key that nobody has used for 45 days is suspended: for good, because only a use would change it. @control B4.3 A4.2 */
export function statusOf({ createdAt, expiresAt, revokedAt, lastUsedAt }: KeyTimes, now: Date): KeyStatus {
  if (revokedAt !== null) return 'revoked';
  if (expiresAt <= now) return 'expired';
  const unusedSince = lastUsedAt ?? createdAt;
  return now.getTime() - unusedSince.getTime() > UNUSED_DAYS * DAY_MS ? 'suspended' : 'active';
}

export interface KeyFacts extends KeyTimes {
  readonly isSecretRight: boolean;
  readonly isMakerSuspended: boolean;
  /** CIDR, as stored; empty: anywhere. */
  readonly networks: readonly string[];
  readonly parsedNetworks: readonly Network[];
}

type Verdict =
  | { readonly allowed: true }
  | {
      readonly allowed: false;
      readonly reason: 'wrong-secret' | 'maker-suspended' | 'wrong-network' | Exclude<KeyStatus, 'active'>;
    };

/** Whether a key opens anything, now and from this address. What is not a network includes nobody (fails closed). @control A4.2 B14.1 */
export function evaluateKey(facts: KeyFacts, ip: string, now: Date): Verdict {
  if (!facts.isSecretRight) return { allowed: false, reason: 'wrong-secret' };
  const status = statusOf(facts, now);
  if (status !== 'active') return { allowed: false, reason: status };
  if (facts.isMakerSuspended) return { allowed: false, reason: 'maker-suspended' };
  const isBound = facts.networks.length > 0;
  if (isBound && !includesAddress(facts.parsedNetworks, ip)) return { allowed: false, reason: 'wrong-network' };
  return { allowed: true };
}

export interface ReminderFacts {
  readonly expiresAt: Date;
  /** The last one, in days before the end; 0 when no other shall come. */
  readonly remindedAtDays: number | null;
}

/** Days before the end at which its maker is told. @control A4.3 */
export const REMINDER_DAYS = [3, 14] as const;

/** Which reminder is due, if any. One that was missed is not made up for by two. */
export function dueReminder({ expiresAt, remindedAtDays }: ReminderFacts, now: Date): number | undefined {
  const daysLeft = (expiresAt.getTime() - now.getTime()) / DAY_MS;
  const due = REMINDER_DAYS.find((days) => daysLeft <= days);
  return due === undefined || daysLeft <= 0 || due >= (remindedAtDays ?? Infinity) ? undefined : due;
}

/** What counts as told when a key is made: for a key of a week the word of two weeks before would come at once. */
export function remindedFromStart(lifetimeDays: number): number | null {
  return REMINDER_DAYS.find((days) => lifetimeDays <= days) ?? null;
}

export function daysAfter(now: Date, days: number): Date {
  return new Date(now.getTime() + days * DAY_MS);
}
