import { type Settings, settingsDrift } from './settings-drift.ts';
import { type Exception, findUnfitExceptions, isExcepted } from '../supply-chain/exceptions.ts';

/** Days after which something that stands still is a breach. docs/recipes/periodic-review.md says why. */
export const POLICY = {
  reviewDays: 92,
  dependencyDays: 730,
  dormantUserDays: 180,
  dormantKeyDays: 90,
  recertificationDays: 92,
  dataKeyDays: 365,
  keyEncryptionKeyDays: 730,
  signingKeyDays: 92,
  certificateDays: 21,
} as const;

export interface Aged {
  readonly name: string;
  readonly since: Date;
}

export interface Certificate {
  readonly name: string;
  readonly until: Date;
}

/** What the last accepted review saw: docs/review.json. */
export interface Baseline {
  readonly acceptedAt: string;
  readonly packages: readonly string[];
  readonly routes: readonly string[];
  /** Absent where none were ever looked at. */
  readonly settings?: Settings | undefined;
}

export interface Facts {
  /** Of the checkout. */
  readonly commit: string;
  readonly packages: readonly string[];
  readonly routes: readonly string[];
  readonly dependencies: readonly Aged[];
  readonly endedLines: readonly string[];
  readonly exceptions: readonly Exception[];
  readonly baseline: Baseline | undefined;
  readonly users: readonly Aged[];
  readonly apiKeys: readonly Aged[];
  readonly roles: readonly { readonly organizationId: string; readonly role: string; readonly holders: number }[];
  /** Organizations with more than one member, by their last confirmed review of access, else by their first day. */
  readonly recertifications: readonly Aged[];
  readonly dataKeys: readonly Aged[];
  /** Those that wrap data keys, by the first of these. */
  readonly keyEncryptionKeys: readonly Aged[];
  readonly signingKeys: readonly Aged[];
  readonly certificates: readonly Certificate[];
  readonly settings: Settings;
  /** What npm run audit:verify says of the chain, and whether it is whole. */
  readonly chain: { readonly isWhole: boolean; readonly report: string };
}

export interface Finding {
  /** What an entry of docs/exceptions.json calls it. */
  readonly finding: string;
  readonly text: string;
}

export interface Review {
  readonly breaches: readonly Finding[];
  readonly excepted: readonly Finding[];
  /** Changes of settings that make a defence weaker: for reading first. */
  readonly weaker: readonly string[];
  readonly notes: readonly string[];
}

const DAY_MS = 86_400_000;

/** The periodic review as a decision over what was read. @control B20.1 B20.2 B20.3 */
export function evaluateReview(facts: Facts, now: Date): Review {
  const found = [
    ...older('dependency', facts.dependencies, POLICY.dependencyDays, now),
    ...older('dormant account', facts.users, POLICY.dormantUserDays, now),
    ...older('dormant API key', facts.apiKeys, POLICY.dormantKeyDays, now),
    ...older('recertification', facts.recertifications, POLICY.recertificationDays, now),
    ...older('data key', facts.dataKeys, POLICY.dataKeyDays, now),
    ...older('key-encryption key', facts.keyEncryptionKeys, POLICY.keyEncryptionKeyDays, now),
    ...older('signing key', facts.signingKeys, POLICY.signingKeyDays, now),
    ...ending(facts.certificates, now),
    ...ownerless(facts.roles),
    ...facts.endedLines.map((text) => ({ finding: 'end of life', text })),
    ...(facts.chain.isWhole ? [] : [{ finding: 'audit chain', text: facts.chain.report }]),
    ...overdue(facts.baseline, now),
  ];
  const settings = settingsDrift(facts.baseline?.settings, facts.settings);
  return {
    // An exception that is over is a breach of its own, and can't be excepted.
    breaches: [
      ...found.filter(({ finding }) => !isExcepted(finding, facts.exceptions, now)),
      ...findUnfitExceptions(facts.exceptions, now).map((text) => ({ finding: 'exception', text })),
    ],
    excepted: found.filter(({ finding }) => isExcepted(finding, facts.exceptions, now)),
    weaker: settings.weaker,
    notes: [
      ...difference('package', facts.baseline?.packages, facts.packages),
      ...difference('route', facts.baseline?.routes, facts.routes),
      ...settings.other,
      ...facts.roles.map(({ organizationId, role, holders }) => `role  ${organizationId}  ${role}: ${holders}`),
    ],
  };
}

const daysBetween = (from: Date, to: Date): number => Math.floor((to.getTime() - from.getTime()) / DAY_MS);

function older(what: string, things: readonly Aged[], days: number, now: Date): Finding[] {
  return things
    .filter(({ since }) => now.getTime() - since.getTime() > days * DAY_MS)
    .map(({ name, since }) => ({
      finding: `${what} ${name}`,
      text: `${what} ${name}: since ${since.toISOString().slice(0, 10)}, ${daysBetween(since, now)} of ${days} days`,
    }));
}

function ending(certificates: readonly Certificate[], now: Date): Finding[] {
  return certificates
    .filter(({ until }) => until.getTime() - now.getTime() < POLICY.certificateDays * DAY_MS)
    .map(({ name, until }) => ({ finding: `certificate ${name}`, text: `${name} ends on ${until.toISOString()}` }));
}

/** Nobody could give or take access there. */
function ownerless(roles: Facts['roles']): Finding[] {
  const owned = new Set(roles.filter(({ role }) => role === 'owner').map(({ organizationId }) => organizationId));
  return [...new Set(roles.map(({ organizationId }) => organizationId))]
    .filter((id) => !owned.has(id))
    .map((id) => ({ finding: `organization ${id}`, text: `organization ${id} has members and no owner` }));
}

function overdue(baseline: Baseline | undefined, now: Date): Finding[] {
  if (baseline === undefined) return [{ finding: 'review', text: 'no review was ever accepted: --accept' }];
  return older('review', [{ name: 'of the last time', since: new Date(baseline.acceptedAt) }], POLICY.reviewDays, now);
}

function difference(what: string, before: readonly string[] = [], after: readonly string[]): string[] {
  return [
    ...after.filter((one) => !before.includes(one)).map((one) => `${what} added    ${one}`),
    ...before.filter((one) => !after.includes(one)).map((one) => `${what} removed  ${one}`),
  ];
}
