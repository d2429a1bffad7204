import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { evaluateReview, type Facts, POLICY } from '../../scripts/review/evaluate.ts';
import { dependenciesSince, signingKeysSince } from '../../scripts/review/repository-facts.ts';

const NOW = new Date('2026-11-26T12:00:00Z');
const daysAgo = (days: number): Date => new Date(NOW.getTime() - days * 86_400_000);
const ORGANIZATION = 'a-organization';

const good: Facts = {
  packages: ['zod@4.6.7'],
  routes: ['GET /v1/members members:read'],
  dependencies: [{ name: 'zod@4.6.7', since: daysAgo(POLICY.dependencyDays) }],
  endedLines: [],
  exceptions: [],
  baseline: { acceptedAt: '2026-10-01', packages: ['zod@4.6.7'], routes: ['GET /v1/members members:read'] },
  users: [{ name: 'u', since: daysAgo(POLICY.dormantUserDays) }],
  apiKeys: [{ name: 'k', since: daysAgo(POLICY.dormantKeyDays) }],
  roles: [{ organizationId: ORGANIZATION, role: 'owner', holders: 1 }],
  dataKeys: [{ name: 'd', since: daysAgo(POLICY.dataKeyDays) }],
  signingKeys: [{ name: 's', since: daysAgo(POLICY.signingKeyDays) }],
  certificates: [{ name: 'edge.pem', until: daysAgo(-POLICY.certificateDays) }],
  chain: { isWhole: true, report: 'whole' },
};

const older = (name: string, days: number) => [{ name, since: daysAgo(days + 1 / 86_400) }];
const exception = { reason: 'it is looked after by us', owner: 'security' };

const breaches: readonly (readonly [what: string, change: Partial<Facts>, finding: string])[] = [
  ['a package that stands still', { dependencies: older('zod@4.6.7', POLICY.dependencyDays) }, 'dependency zod@4.6.7'],
  ['a dormant account', { users: older('u', POLICY.dormantUserDays) }, 'dormant account u'],
  ['a dormant API key', { apiKeys: older('k', POLICY.dormantKeyDays) }, 'dormant API key k'],
  ['an old data key', { dataKeys: older('d', POLICY.dataKeyDays) }, 'data key d'],
  ['an old signing key', { signingKeys: older('s', POLICY.signingKeyDays) }, 'signing key s'],
  [
    'a certificate that ends',
    { certificates: [{ name: 'edge.pem', until: daysAgo(-POLICY.certificateDays + 1) }] },
    'certificate edge.pem',
  ],
  [
    'an organization without an owner',
    { roles: [{ organizationId: ORGANIZATION, role: 'clinician', holders: 2 }] },
    `organization ${ORGANIZATION}`,
  ],
  ['an end of life', { endedLines: ['Node.js 20: ended on 2026-04-30'] }, 'end of life'],
  ['a broken audit chain', { chain: { isWhole: false, report: 'NOT WHOLE' } }, 'audit chain'],
  [
    'an overdue review',
    { baseline: { acceptedAt: '2026-08-01', packages: [], routes: [] } },
    'review of the last time',
  ],
  ['no review at all', { baseline: undefined }, 'review'],
];

describe('B20.1 B20.2 the periodic review', () => {
  it('finds nothing where every age is the last one allowed', () => {
    expect(evaluateReview(good, NOW)).toMatchObject({ breaches: [], excepted: [] });
  });

  it.each(breaches)('finds %s', (_what, change, finding) => {
    expect(evaluateReview({ ...good, ...change }, NOW).breaches.map((one) => one.finding)).toEqual([finding]);
  });

  it.each(breaches)('lets %s be excepted, until a day', (_what, change, finding) => {
    const until = (day: string) => ({ ...good, ...change, exceptions: [{ ...exception, finding, until: day }] });
    expect(evaluateReview(until('2026-11-26'), NOW)).toMatchObject({ breaches: [], excepted: [{ finding }] });
    expect(evaluateReview(until('2026-11-25'), NOW).breaches.map((one) => one.finding)).toEqual([finding, 'exception']);
  });

  it('tells what has changed since the last one, and who holds which role', () => {
    const { notes } = evaluateReview(
      { ...good, packages: ['zod@5.0.0'], routes: ['GET /v1/members public', 'GET /v1/members members:read'] },
      NOW,
    );
    expect(notes).toEqual([
      'package added    zod@5.0.0',
      'package removed  zod@4.6.7',
      'route added    GET /v1/members public',
      `role  ${ORGANIZATION}  owner: 1`,
    ]);
  });
});

describe('B20.1 what the review reads', () => {
  it('since when a version stands in package.json', () => {
    const blame = [
      'abc 1 1 1',
      'author-time 1',
      'committer-time 86400',
      'filename package.json',
      '\t    "zod": "4.6.7",',
      'def 2 2 1',
      'committer-time 172800',
      '\t    "up": "exec node scripts/up.mjs",',
      'committer-time 172800',
      '\t    "pg": "8.23.1"',
    ].join('\n');
    expect(dependenciesSince(blame)).toEqual([
      { name: 'zod@4.6.7', since: new Date('1970-01-02') },
      { name: 'pg@8.23.1', since: new Date('1970-01-03') },
    ]);
  });

  it('the signing keys that still count; one that does not say since when is old', () => {
    const seconds = (days: number): number => daysAgo(days).getTime() / 1000;
    const keys = [{ kid: 'gone', nbf: seconds(200), exp: seconds(1) }, { kid: 'new', nbf: seconds(3) }, { kid: 'odd' }];
    expect(signingKeysSince(JSON.stringify({ keys }), NOW)).toEqual([
      { name: 'new', since: daysAgo(3) },
      { name: 'odd', since: new Date(0) },
    ]);
    expect(signingKeysSince(undefined, NOW)).toEqual([]);
  });

  it('no more and no less than the recipe says', () => {
    const recipe = readFileSync('docs/recipes/periodic-review.md', 'utf8');
    const days = [...recipe.matchAll(/\| (\d+) days/g)].map(([, count]) => Number(count));
    expect(days.toSorted((a, b) => a - b)).toEqual(Object.values(POLICY).toSorted((a, b) => a - b));
  });
});
