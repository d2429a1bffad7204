import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configSlices } from './config.js';
import { TokenConfig } from './platform/access/index.js';
import { loadConfig } from './platform/config/index.js';
import { HttpConfig } from './platform/http/index.js';

type Settings = Record<string, string>;

const key = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;

function signingKeys(kid: string): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return JSON.stringify({ keys: [{ ...privateKey.export({ format: 'jwk' }), kid }] });
}

const production: Settings = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://server:Tr0ub4dor@db.internal/rampart?sslmode=verify-full', // secretlint-disable-line -- an example
  PUBLIC_URL: 'https://api.example.com',
  TOKEN_ISSUER: 'https://api.example.com',
  TRUSTED_PROXIES: 'none',
  SECURITY_CONTACT: 'tel:+44-20-7946-0123',
  INSTANCES: '2',
  REDIS_URL: 'rediss://rampart:Tr0ub4dor@redis.internal:6379',
  SMTP_URL: 'smtps://rampart:secret@mail.example.com:465',
  MAIL_FROM: 'rampart@example.com',
  KEY_ENCRYPTION_KEYS: key('2026-11'),
  PASSWORD_PEPPER: key('2026-11'),
  SIGNING_KEYS: signingKeys('2026-11'),
};

function load(settings: Settings) {
  return loadConfig(configSlices, { root: join(tmpdir(), 'no-such-checkout'), process: settings });
}

function problemsOf(settings: Settings): string {
  try {
    load(settings);
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
}

function without(...names: string[]): Settings {
  return Object.fromEntries(Object.entries(production).filter(([name]) => !names.includes(name)));
}

const ring = (...ids: string[]) => ids.map(key).join(',');

describe('production', () => {
  it('starts with answers to everything', () => {
    expect(problemsOf(production)).toBe('accepted');
    expect(load(production).get(TokenConfig).values.ACCESS_TOKEN_TTL_S).toBe(300);
  });

  it.each([
    'DATABASE_URL',
    'KEY_ENCRYPTION_KEYS',
    'PASSWORD_PEPPER',
    'SIGNING_KEYS',
    'PUBLIC_URL',
    'TRUSTED_PROXIES',
    'INSTANCES',
    'SMTP_URL',
    'MAIL_FROM',
    'SECURITY_CONTACT',
  ])('A7.5 refuses to start without %s', (name) => {
    expect(problemsOf(without(name))).toMatch(new RegExp(`^  - ${name}: is required`, 'm'));
    expect(problemsOf({ ...production, [name]: '' })).toMatch(new RegExp(`^  - ${name}: is required`, 'm'));
  });

  const refused: readonly [string, Settings, string][] = [
    ['a development key for columns', { KEY_ENCRYPTION_KEYS: key('dev-1a2b') }, 'KEY_ENCRYPTION_KEYS'],
    ['a development key behind a good one', { KEY_ENCRYPTION_KEYS: ring('good', 'dev-1') }, 'KEY_ENCRYPTION_KEYS'],
    ['a key management service without TLS', { AWS_KMS_ENDPOINT: 'http://kms.internal' }, 'AWS_KMS_ENDPOINT'],
    ['a key provider that does not exist', { KEY_PROVIDER: 'vault' }, 'KEY_PROVIDER'],
    ['a development pepper', { PASSWORD_PEPPER: key('dev-1a2b') }, 'PASSWORD_PEPPER'],
    ['a development pepper behind a good one', { PASSWORD_PEPPER: ring('good', 'dev-1') }, 'PASSWORD_PEPPER'],
    ['a development signing key', { SIGNING_KEYS: signingKeys('dev-1a2b') }, 'SIGNING_KEYS'],
    ['the wildcard origin', { CORS_ORIGINS: '*' }, 'CORS_ORIGINS'],
    ['the wildcard among exact origins', { CORS_ORIGINS: 'https://app.example.com, *' }, 'CORS_ORIGINS'],
    ['too little memory for Argon2id', { ARGON2_MEMORY_KIB: '19455' }, 'ARGON2_'],
    ['too few iterations of Argon2id', { ARGON2_ITERATIONS: '1' }, 'ARGON2_'],
    ['an access token that lives longer than ten minutes', { ACCESS_TOKEN_TTL_S: '601' }, 'ACCESS_TOKEN_TTL_S'],
    ['an access token that lives for ever', { ACCESS_TOKEN_TTL_S: '0' }, 'ACCESS_TOKEN_TTL_S'],
    ['a session that is older than thirty days', { SESSION_MAX_AGE_S: '2592001' }, 'SESSION_MAX_AGE_S'],
    ['a log level that does not exist', { LOG_LEVEL: 'verbose' }, 'LOG_LEVEL'],
    ['a log level with another case', { LOG_LEVEL: 'INFO' }, 'LOG_LEVEL'],
    ['an address that is no URL', { PUBLIC_URL: 'api.example.com' }, 'PUBLIC_URL'],
    ['proxies that trust the whole internet', { TRUSTED_PROXIES: '0.0.0.0/0' }, 'TRUSTED_PROXIES'],
    ['proxies that trust all of IPv6', { TRUSTED_PROXIES: '::/0' }, 'TRUSTED_PROXIES'],
    ['proxies that are an empty list', { TRUSTED_PROXIES: ',' }, 'TRUSTED_PROXIES'],
    ['several instances that share no counters', { REDIS_URL: '' }, 'REDIS_URL'],
    ['any certificate', { NODE_TLS_REJECT_UNAUTHORIZED: '0' }, 'NODE_TLS_REJECT_UNAUTHORIZED'],
    ['a database in plain text', { DATABASE_URL: 'postgres://db.internal/rampart' }, 'DATABASE_URL'],
    ['a database of any certificate', { DATABASE_URL: 'postgres://db.internal/r?sslmode=no-verify' }, 'DATABASE_URL'],
    ['migrations in plain text', { DATABASE_MIGRATION_URL: 'postgres://db.internal/r' }, 'DATABASE_MIGRATION_URL'],
    ['a Redis in plain text', { REDIS_URL: 'redis://redis.internal:6379' }, 'REDIS_URL'],
    ['a Redis that is none', { REDIS_URL: 'https://redis.internal' }, 'REDIS_URL'],
    ['wider rate limits', { THROTTLE_SCALE: '2' }, 'THROTTLE_SCALE'],
    ['narrower rate limits, which a load test may have left', { THROTTLE_SCALE: '0.5' }, 'THROTTLE_SCALE'],
    ['an issuer that is not https', { TOKEN_ISSUER: 'http://api.example.com' }, 'TOKEN_ISSUER'],
  ];

  it.each(refused)('A7.5 refuses %s', (_what, settings, name) => {
    expect(problemsOf({ ...production, ...settings })).toMatch(new RegExp(`^  - ${name}`, 'm'));
  });

  it.each(['prod', 'Production', 'PRODUCTION', 'staging', 'production ', 'true'])(
    'A7.5 refuses NODE_ENV=%s rather than taking it for development',
    (value) => {
      expect(problemsOf({ ...production, NODE_ENV: value })).toMatch(/^ {2}- NODE_ENV/m);
    },
  );

  it.each<[string, Settings]>([
    ['one instance without Redis', { INSTANCES: '1', REDIS_URL: '' }],
    [
      'a database in plain text that somebody has answered for',
      { DATABASE_URL: 'postgres://10.0.0.1/rampart', DATABASE_PLAINTEXT: 'accepted' },
    ],
    ['a database on the same host', { DATABASE_URL: 'postgres://127.0.0.1/rampart' }],
    [
      'a Redis in plain text that somebody has answered for',
      { REDIS_URL: 'redis://10.0.0.1', REDIS_PLAINTEXT: 'accepted' },
    ],
  ])('B6.2 A2.2 starts with %s', (_what, settings) => {
    expect(problemsOf({ ...production, ...settings })).toBe('accepted');
  });

  it('A7.5 names all that is missing in one message', () => {
    const message = problemsOf({ NODE_ENV: 'production', CORS_ORIGINS: '*', ACCESS_TOKEN_TTL_S: '86400' });
    for (const name of ['DATABASE_URL', 'KEY_ENCRYPTION_KEYS', 'PASSWORD_PEPPER', 'SIGNING_KEYS', 'ACCESS_TOKEN_TTL_S'])
      expect(message).toContain(`- ${name}`);
  });
});

describe('messages about settings', () => {
  const canary = 'Tr0ub4dor-canary';
  it.each([
    ['KEY_ENCRYPTION_KEYS', `k:${canary}`],
    ['KEY_ENCRYPTION_KEYS', canary],
    ['PASSWORD_PEPPER', `${canary}:AAAA`],
    ['SIGNING_KEYS', canary],
    ['SIGNING_KEYS', `{"keys":[{"kty":"EC","d":"${canary}"}]}`],
    ['SIGNING_KEYS', `{"keys":[{"${canary}":1}]}`],
    ['SIGNING_KEYS', `{"keys": ${canary}`],
    ['REDIS_URL', canary],
    ['REDIS_URL', `http://user:${canary}@redis.internal`],
  ])('A5.3 never quote the secret %s', (name, value) => {
    const message = problemsOf({ ...production, [name]: value });
    expect(message).toContain(`- ${name}: must have the form`);
    expect(message).not.toContain(canary);
  });

  it('A5.3 never quote the secrets that were right', () => {
    const message = problemsOf({ ...production, PORT: 'x' });
    for (const name of ['DATABASE_URL', 'KEY_ENCRYPTION_KEYS', 'PASSWORD_PEPPER', 'SIGNING_KEYS'])
      expect(message).not.toContain(production[name]);
  });
});

it('A5.3 prints no secret when the settings are printed whole', () => {
  const slices = [...load(production).slices.values()];
  const { d } = JSON.parse(production['SIGNING_KEYS'] ?? '').keys[0];
  for (const secret of ['Tr0ub4dor', production['PASSWORD_PEPPER']?.split(':')[1] ?? '', String(d)])
    expect(JSON.stringify(slices)).not.toContain(secret);
});

it('outside production the wildcard origin and cheap hashing are allowed', () => {
  const settings = { ...production, NODE_ENV: 'development', CORS_ORIGINS: '*', ARGON2_MEMORY_KIB: '8' };
  expect(load(settings).get(HttpConfig).values.CORS_ORIGINS).toEqual(['*']);
});
