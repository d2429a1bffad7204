import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { evaluateReview, type Facts, POLICY } from '../../scripts/review/evaluate.ts';
import { dependenciesSince, signingKeysSince } from '../../scripts/review/repository-facts.ts';
import { settingsDrift, watchedSettings } from '../../scripts/review/settings-drift.ts';
import { configSlices } from '../../src/config.js';
import { dueAfter } from '../../src/features/organizations/recertifications.policy.js';
import { isSecretField, settingsInForce } from '../../src/platform/config/index.js';

const NOW = new Date('2026-11-26T12:00:00Z');
const daysAgo = (days: number): Date => new Date(NOW.getTime() - days * 86_400_000);
const ORGANIZATION = 'a-organization';

const settings = { THROTTLE_SCALE: '1', CORS_ORIGINS: 'https://a.example', SYSLOG_URL: 'syslog+tls://a:6514' };

const good: Facts = {
  commit: 'c0ffee',
  packages: ['zod@4.6.7'],
  routes: ['GET /v1/members members:read'],
  dependencies: [{ name: 'zod@4.6.7', since: daysAgo(POLICY.dependencyDays) }],
  endedLines: [],
  exceptions: [],
  baseline: { acceptedAt: '2026-10-01', packages: ['zod@4.6.7'], routes: ['GET /v1/members members:read'], settings },
  users: [{ name: 'u', since: daysAgo(POLICY.dormantUserDays) }],
  apiKeys: [{ name: 'k', since: daysAgo(POLICY.dormantKeyDays) }],
  roles: [{ organizationId: ORGANIZATION, role: 'owner', holders: 1 }],
  recertifications: [{ name: ORGANIZATION, since: daysAgo(POLICY.recertificationDays) }],
  dataKeys: [{ name: 'd', since: daysAgo(POLICY.dataKeyDays) }],
  keyEncryptionKeys: [{ name: 'e', since: daysAgo(POLICY.keyEncryptionKeyDays) }],
  signingKeys: [{ name: 's', since: daysAgo(POLICY.signingKeyDays) }],
  certificates: [{ name: 'edge.pem', until: daysAgo(-POLICY.certificateDays) }],
  settings,
  chain: { isWhole: true, report: 'whole' },
};

const older = (name: string, days: number) => [{ name, since: daysAgo(days + 1 / 86_400) }];
const exception = { reason: 'it is looked after by us', owner: 'security' };

const breaches: readonly (readonly [what: string, change: Partial<Facts>, finding: string])[] = [
  ['a package that stands still', { dependencies: older('zod@4.6.7', POLICY.dependencyDays) }, 'dependency zod@4.6.7'],
  ['a dormant account', { users: older('u', POLICY.dormantUserDays) }, 'dormant account u'],
  ['a dormant API key', { apiKeys: older('k', POLICY.dormantKeyDays) }, 'dormant API key k'],
  [
    'access that nobody has looked at',
    { recertifications: older(ORGANIZATION, POLICY.recertificationDays) },
    `recertification ${ORGANIZATION}`,
  ],
  ['an old key-encryption key', { keyEncryptionKeys: older('e', POLICY.keyEncryptionKeyDays) }, 'key-encryption key e'],
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

describe('B20.1 settings that are not those of the last accepted review', () => {
  const drift = (changed: Readonly<Record<string, string>>, before: Facts['baseline'] = good.baseline) => {
    const { weaker, notes } = evaluateReview({ ...good, baseline: before, settings: { ...settings, ...changed } }, NOW);
    return { weaker, notes: notes.filter((note) => note.startsWith('setting')) };
  };

  it('are nothing to tell when nothing has changed, or when there were none', () => {
    expect(drift({})).toEqual({ weaker: [], notes: [] });
    const without = { acceptedAt: '2026-10-01', packages: [], routes: [] };
    expect(drift({ THROTTLE_SCALE: '100' }, without)).toEqual({ weaker: [], notes: [] });
  });

  it.each([
    ['other', { LOG_LEVEL: 'debug' }, 'setting LOG_LEVEL: not set -> debug'],
    ['stricter', { THROTTLE_SCALE: '0.5' }, 'setting THROTTLE_SCALE: 1 -> 0.5'],
    ['fewer', { CORS_ORIGINS: 'not set' }, 'setting CORS_ORIGINS: https://a.example -> not set'],
  ])('are a note when they are %s', (_what, changed, note) => {
    expect(drift(changed)).toEqual({ weaker: [], notes: [note] });
  });

  it.each([
    ['a factor for limits', { THROTTLE_SCALE: '10' }, 'setting THROTTLE_SCALE: 1 -> 10'],
    [
      'one more origin',
      { CORS_ORIGINS: 'https://a.example,https://b.example' },
      'setting CORS_ORIGINS: https://a.example -> https://a.example,https://b.example',
    ],
    [
      'another origin',
      { CORS_ORIGINS: 'https://b.example' },
      'setting CORS_ORIGINS: https://a.example -> https://b.example',
    ],
    ['the first proxy', { TRUSTED_PROXIES: '10.0.0.0/8' }, 'setting TRUSTED_PROXIES: not set -> 10.0.0.0/8'],
    ['no collector', { SYSLOG_URL: 'not set' }, 'setting SYSLOG_URL: syslog+tls://a:6514 -> not set'],
    ['a detection point off', { DETECTION_THRESHOLDS: 'AE2=off' }, 'setting DETECTION_THRESHOLDS: not set -> AE2=off'],
  ])('stand out when a defence is weaker: %s', (_what, changed, text) => {
    expect(drift(changed)).toEqual({ weaker: [text], notes: [] });
  });

  it.each([
    ['NODE_ENV', 'production', 'development'],
    ['ARGON2_MEMORY_KIB', '19456', '8'],
    ['KEY_PROVIDER', 'aws-kms', 'local'],
    ['DATABASE_PLAINTEXT', 'refused', 'accepted'],
    ['REDIS_PLAINTEXT', 'refused', 'accepted'],
    ['NODE_TLS_REJECT_UNAUTHORIZED', 'not set', '0'],
    ['MANAGEMENT_HOST', '127.0.0.1', '0.0.0.0'],
    ['DETECTION_HONEY_KEYS', 'set', 'not set'],
  ])('stand out in one direction alone: %s', (name, strong, weak) => {
    const isWeaker = (from: string, to: string) => settingsDrift({ [name]: from }, { [name]: to }).weaker.length === 1;
    expect(isWeaker(strong, weak)).toBe(true);
    expect(isWeaker(weak, strong)).toBe(name === 'MANAGEMENT_HOST');
  });

  it('are called as the product calls them', () => {
    const names = configSlices.flatMap(({ schema }) => Object.keys(schema.shape));
    expect(names).toEqual(expect.arrayContaining([...watchedSettings]));
  });
});

describe('B20.1 the settings in force', () => {
  const SECRET_TEXT = 'do-not-show-me';
  const inForce = (process: Readonly<Record<string, string>>) =>
    settingsInForce(configSlices, { root: mkdtempSync(join(tmpdir(), 'rampart-test-')), process });

  it('are all there are, with their defaults', () => {
    const names = configSlices.flatMap(({ schema }) => Object.keys(schema.shape));
    const found = inForce({ NODE_ENV: 'production' });
    expect(Object.keys(found)).toEqual(names);
    expect(found).toMatchObject({
      NODE_ENV: 'production',
      THROTTLE_SCALE: '1',
      CORS_ORIGINS: 'not set',
      HOST: '127.0.0.1',
    });
  });

  it('say of a secret that it is set, in whichever way it is given, and nothing of what it is', () => {
    const secrets = configSlices.flatMap(({ schema }) =>
      Object.entries(schema.shape).flatMap(([name, field]) => (isSecretField(field) ? [name] : [])),
    );
    expect(secrets.length).toBeGreaterThan(8);
    const file = join(mkdtempSync(join(tmpdir(), 'rampart-test-')), 'secret');
    writeFileSync(file, SECRET_TEXT);
    for (const give of [(name: string) => [name, SECRET_TEXT], (name: string) => [`${name}_FILE`, file]]) {
      const found = inForce({ NODE_ENV: 'production', ...Object.fromEntries(secrets.map(give)) });
      expect(new Set(secrets.map((name) => found[name]))).toEqual(new Set(['set']));
      expect(JSON.stringify(found)).not.toContain(SECRET_TEXT);
    }
    expect(new Set(secrets.map((name) => inForce({ NODE_ENV: 'production' })[name]))).toEqual(new Set(['not set']));
  });

  it.each([
    [
      'ALERT_WEBHOOK_URL',
      `https://me:${SECRET_TEXT}@hooks.example/${SECRET_TEXT}?k=${SECRET_TEXT}#x`,
      'https://hooks.example',
    ],
    ['SYSLOG_URL', 'syslog+tls://collector.example:6514', 'syslog+tls://collector.example:6514'],
    ['CORS_ORIGINS', ' https://b.example , https://a.example', 'https://b.example,https://a.example'],
    ['ALERT_EMAIL', 'ada@test.example', 'set'],
    ['SECURITY_CONTACT', 'mailto:ada@test.example', 'set'],
    ['DETECTION_HONEY_KEYS', SECRET_TEXT, 'set'],
    ['PUBLIC_URL', `https://[${SECRET_TEXT}`, 'set'],
    ['TRUSTED_PROXIES', '10.0.0.0/8,::1', '10.0.0.0/8,::1'],
  ])('%s as %s is %s', (name, given, shown) => {
    expect(inForce({ NODE_ENV: 'production', [name]: given })[name]).toBe(shown);
  });

  it('are read without making any', () => {
    const root = mkdtempSync(join(tmpdir(), 'rampart-test-'));
    expect(settingsInForce(configSlices, { root, process: {} })['SIGNING_KEYS']).toBe('not set');
    expect(readdirSync(root)).toEqual([]);
  });
});

describe('B20.3 the review of access', () => {
  it('is due as often as the product says', () => {
    expect(dueAfter(daysAgo(POLICY.recertificationDays))).toEqual(NOW);
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
