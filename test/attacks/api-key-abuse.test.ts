import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { ApiKeyHasher } from '../../src/features/api-keys/api-key-hasher.js';
import { newApiKey } from '../../src/platform/access/index.js';
import { Secret } from '../../src/platform/config/index.js';
import { CryptoConfig } from '../../src/platform/crypto/index.js';
import { CompletenessCheck } from '../../src/platform/pipeline/index.js';
import { Database } from '../../src/platform/database/index.js';
import { asOwner } from '../integration/open-database.ts';
import { makeKey, Program, type MadeKey } from '../support/api-keys.ts';
import { startApp, useApp } from '../support/app.ts';
import { Caller } from '../support/caller.ts';
import { somePatient, TestOrganization, type SignedIn } from '../support/organization.ts';
import { expectProblem, visibleOf } from '../support/problem.ts';
import { portOf, sendRaw } from '../support/raw-request.ts';
import { urlOf } from '../support/routes.ts';

/**
 * Attack: somebody has a part of an API key, a dump of the database, a line of a log, or a key of a program, and tries to get in,
 * or further than the key reaches.
 */
const app = useApp();
let organization: TestOrganization;
let person: SignedIn;
let good: MadeKey;
let refused: unknown;

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

beforeAll(async () => {
  await app().listen(0, '127.0.0.1');
  organization = await TestOrganization.create(app());
  person = await organization.as('receptionist');
  good = await makeKey(person);
  refused = visibleOf(await new Program(app(), newApiKey('test').key.reveal()).get('/v1/patients'));
});

/** The key with another checksum that is right: what whoever knows the published form can make. */
function sealed(body: string): string {
  let rest = crc32(body);
  let checksum = '';
  for (let i = 0; i < 6; i += 1) {
    checksum = ALPHABET.charAt(rest % 62) + checksum;
    rest = Math.floor(rest / 62);
  }
  return `${body}_${checksum}`;
}

const turned = (text: string, at: number) =>
  text.slice(0, at) + (text.charAt(at) === 'A' ? 'B' : 'A') + text.slice(at + 1);

function hostileKeys(): string[] {
  const { key } = good;
  const [prefix, environment, keyId, secret = '', checksum] = key.split('_');
  const other = newApiKey('test').key.reveal().split('_');
  const bodyOf = (...parts: unknown[]) => parts.join('_');
  return [
    // Wrong form.
    ...Array.from({ length: 11 }, (_, i) => key.slice(0, ((i + 1) * key.length) / 12)),
    key.slice(0, -1),
    key.slice(1),
    `${key}A`,
    `A${key}`,
    `${key}_`,
    `_${key}`,
    key.toUpperCase(),
    key.toLowerCase(),
    key.replaceAll('_', '-'),
    key.replaceAll('_', ''),
    `"${key}"`,
    `${key},`,
    `${key}=`,
    `${key}\u0000`,
    `${key}%00`,
    encodeURIComponent(`${key}\n`),
    `rmp_${key}`,
    bodyOf(prefix, environment, keyId, secret),
    bodyOf(prefix, environment, secret, keyId, checksum),
    'rmp_test',
    'rmp____',
    '____',
    'null',
    'undefined',
    '[object Object]',
    '*',
    '%',
    "' OR '1'='1",
    Buffer.from(key).toString('base64'),
    Buffer.from(`:${key}`).toString('base64'),
    String(person.accessToken),
    // Wrong checksum.
    ...[key.length - 1, key.length - 6, 10, 30, 60].map((at) => turned(key, at)),
    // All in order but the environment, the id or the secret.
    sealed(bodyOf(prefix, 'live', keyId, secret)),
    sealed(bodyOf(prefix, environment, other[2], secret)),
    sealed(bodyOf(prefix, environment, keyId, other[3])),
    ...[0, 21, 42].map((at) => sealed(bodyOf(prefix, environment, keyId, turned(secret, at)))),
    sealed(bodyOf(prefix, environment, keyId, secret.toUpperCase())),
    sealed(bodyOf(prefix, environment, keyId, '0'.repeat(43))),
    sealed(bodyOf(prefix, environment, String(keyId).toUpperCase(), secret)),
    newApiKey('live').key.reveal(),
  ];
}

describe('A4.1 a key that is not exactly the one', () => {
  it('is refused in each of more than 50 forms, with the answer that an unknown key gets', async () => {
    const keys = hostileKeys();
    expect(new Set(keys).size).toBeGreaterThan(50);
    for (const key of keys) {
      const answer = await new Program(app(), key).get('/v1/patients');
      expectProblem(answer, 'unauthenticated');
      expect(visibleOf(answer), key).toEqual(refused);
    }
    expect((await new Program(app(), good.key).get('/v1/patients')).status).toBe(200);
  });

  it.each<[string, (key: string) => Record<string, string>]>([
    ['Bearer', (key) => ({ authorization: `Bearer ${key}` })],
    ['Basic', (key) => ({ authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` })],
    ['no scheme', (key) => ({ authorization: key })],
    ['no space', (key) => ({ authorization: `ApiKey${key}` })],
    ['two keys', (key) => ({ authorization: `ApiKey ${key} ${key}` })],
    ['X-API-Key alone', (key) => ({ 'x-api-key': key })],
    ['a cookie', (key) => ({ cookie: `api_key=${key}` })],
    ['Proxy-Authorization', (key) => ({ 'proxy-authorization': `ApiKey ${key}` })],
  ])('B3.1 is not taken from %s', async (_where, headers) => {
    expectProblem(await new Caller(app()).get('/v1/patients', { headers: headers(good.key) }), 'unauthenticated');
  });

  it.each<[string, string]>([
    ['revoked', `"revokedAt" = now()`],
    ['expired', `"expiresAt" = now()`],
    ['unused for 46 days', `"createdAt" = now() - interval '46 days'`],
    ['bound to another network', `networks = '{192.0.2.0/24}'`],
    ['bound to something that is no network', `networks = '{everywhere}'`],
    ['stored under a pepper that is gone', `"secretHash" = decode(repeat('00', 40), 'hex')`],
    ['stored as an empty hash', `"secretHash" = ''`],
  ])('constant: one that is %s gets the same answer too', async (_what, change) => {
    const { id, key } = await makeKey(person);
    await asOwner(`UPDATE "ApiKey" SET ${change} WHERE id = $1`, [id]);
    expect(visibleOf(await new Program(app(), key).get('/v1/patients'))).toEqual(refused);
  });

  it('does not open the row of another key by its hash', async () => {
    const mine = await makeKey(person);
    await asOwner(
      `UPDATE "ApiKey" SET "secretHash" = (SELECT "secretHash" FROM "ApiKey" WHERE id = $1) WHERE id = $2`,
      [mine.id, good.id],
    );
    const [prefix, environment, , secret] = mine.key.split('_');
    const forged = sealed([prefix, environment, good.keyId, secret].join('_'));
    expect(visibleOf(await new Program(app(), forged).get('/v1/patients'))).toEqual(refused);
    const hash = Buffer.from(app().get(ApiKeyHasher).hash(new Secret(good.key)));
    await asOwner(`UPDATE "ApiKey" SET "secretHash" = $1 WHERE id = $2`, [hash, good.id]);
  });

  it('of production opens nothing elsewhere, also where its row and its pepper were copied to', async () => {
    const { id } = await makeKey(person);
    for (const environment of ['test', 'live'] as const) {
      const { key, keyId } = newApiKey(environment);
      const hash = Buffer.from(app().get(ApiKeyHasher).hash(key));
      await asOwner(`UPDATE "ApiKey" SET "keyId" = $1, "secretHash" = $2 WHERE id = $3`, [keyId, hash, id]);
      const { status } = await new Program(app(), key.reveal()).get('/v1/patients');
      expect(status, environment).toBe(environment === 'test' ? 200 : 401);
    }
  });

  it('A7.2 opens nothing by scopes that were written by hand', async () => {
    const { id, key } = await makeKey(person);
    await asOwner(`UPDATE "ApiKey" SET scopes = '{all,api-keys:read,patients:*}' WHERE id = $1`, [id]);
    for (const url of ['/v1/patients', '/v1/api-keys']) {
      expectProblem(await new Program(app(), key).get(url), 'forbidden');
    }
  });
});

describe('A4.5 a credential in the URL', () => {
  const token = () => String(person.accessToken);
  it.each<[string, () => string]>([
    ['a key under any name', () => `/v1/patients?q=${good.key}`],
    ['a key as a name', () => `/v1/patients?${good.key}`],
    ['a key with percent signs', () => `/v1/patients?q=${good.key.replaceAll('_', '%5F')}`],
    ['a key beside a broken escape', () => `/v1/patients?q=${good.key}&x=%`],
    ['a key inside of another value', () => `/v1/patients?q=https://x/${good.key}/y`],
    ['a key in the path', () => `/v1/patients/${good.key}`],
    ['a key on a public route', () => `/.well-known/jwks.json?key=${good.key}`],
    ['a key where there is no route', () => `/nowhere?x=${good.key}`],
    ['an access token under any name', () => `/v1/me?q=${token()}`],
    ['access_token', () => '/v1/me?access_token=x'],
    ['api_key', () => '/v1/me?api_key=x'],
    ['apikey', () => '/v1/me?limit=1&apikey=x'],
    ['API-Key', () => '/v1/me?API-Key=x'],
    ['token', () => '/v1/me?token=x'],
    ['key', () => '/v1/me?key='],
  ])('is a 400, with a good credential and without: %s', async (_what, url) => {
    for (const caller of [person, new Program(app(), good.key), new Caller(app())]) {
      expectProblem(await caller.get(url()), 'malformed-request');
    }
  });

  it.each(['/v1/patients?limit=1', '/v1/patients?cursor=00000000-0000-4000-8000-000000000000'])(
    'is not what an ordinary query is taken for: %s',
    async (url) => {
      expect((await person.get(url)).status).toBe(200);
    },
  );
});

describe('B3.2 two credentials on one request', () => {
  it.each<[string, () => Record<string, string>]>([
    ['a token and a key in one value', () => ({ authorization: `Bearer ${person.accessToken}, ApiKey ${good.key}` })],
    ['a key and a token in one value', () => ({ authorization: `ApiKey ${good.key},Bearer ${person.accessToken}` })],
    ['a key twice', () => ({ authorization: `ApiKey ${good.key}, ApiKey ${good.key}` })],
    ['Basic before a key', () => ({ authorization: `Basic eDp5, ApiKey ${good.key}` })],
    ['a token and X-API-Key', () => ({ authorization: `Bearer ${person.accessToken}`, 'x-api-key': good.key })],
    ['a key and X-API-Key', () => ({ authorization: `ApiKey ${good.key}`, 'x-api-key': 'x' })],
  ])('are a 400: %s', async (_what, headers) => {
    expectProblem(await new Caller(app()).get('/v1/patients', { headers: headers() }), 'malformed-request');
  });

  it('are a 400 when the header comes twice', async () => {
    const answer = await sendRaw(app(), [
      'GET /v1/patients HTTP/1.1',
      `Host: 127.0.0.1:${portOf(app())}`,
      `Authorization: Bearer ${person.accessToken}`,
      `Authorization: ApiKey ${good.key}`,
      'Connection: close',
      '',
      '',
    ]);
    expect(answer.status).toBe(400);
  });
});

describe('A4.5 a key', () => {
  it('never reaches a route about accounts, members or keys, nor one that asks for a proof', async () => {
    const scopes = ['patients:read', 'patients:create', 'patients:update', 'patients:delete', 'patients:contact'];
    const { key } = await makeKey(person, { scopes });
    const routes = app()
      .get(CompletenessCheck)
      .routes()
      .filter(({ access: [rule], isStepUp, path }) => {
        const isPersonal = rule?.kind === 'authenticated' || isStepUp;
        return isPersonal || (rule?.kind === 'permission' && /^\/v\d+\/(?:api-keys|members|security|audit)/.test(path));
      });
    expect(routes.length).toBeGreaterThan(25);
    for (const route of routes) {
      const answer = await new Program(app(), key).call(route.method, urlOf(route), { body: {} });
      expectProblem(answer, 'forbidden');
    }
  });

  it('does not get there with a scope for it either: none can be given, and a row with one opens nothing', async () => {
    const owner = await organization.as('owner');
    const scopes = ['members:read', 'api-keys:read'];
    const answer = await owner.post('/v1/api-keys', { name: 'x', scopes, expiresInDays: 1 });
    expectProblem(answer, 'validation-failed');
    const key = await makeKey(person);
    await asOwner(`UPDATE "ApiKey" SET scopes = $1, "createdById" = $2 WHERE id = $3`, [
      scopes,
      owner.member.userId,
      key.id,
    ]);
    for (const url of ['/v1/members', '/v1/api-keys']) {
      expectProblem(await new Program(app(), key.key).get(url), 'forbidden');
    }
  });

  it('is not made by somebody whose proof is not fresh, nor by a key', async () => {
    const body = { name: 'x', scopes: ['patients:read'], expiresInDays: 1 };
    expectProblem(await new Program(app(), good.key).post('/v1/api-keys', body), 'forbidden');
    const visitor = await organization.as('receptionist');
    await app()
      .get(Database)
      .client.session.updateMany({ where: { userId: visitor.member.userId }, data: { amr: ['pwd', 'otp', 'mfa'] } });
    await expect
      .poll(async () => (await visitor.post('/v1/api-keys', body)).body['code'], { timeout: 1000 })
      .toBe('step-up-required');
  });
});

describe('A4.1 a dump of the database', () => {
  it('as its owner contains no key and no secret', async () => {
    const { key } = await makeKey(person);
    const [, , , secret = ''] = key.split('_');
    expect((await new Program(app(), key).post('/v1/patients', somePatient)).status).toBe(403);
    const tables = await asOwner<{ name: string }>(
      `SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) AS name FROM pg_tables
       WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    expect(tables.length).toBeGreaterThan(15);
    const hex = (text: string) => Buffer.from(text).toString('hex');
    let found = 0;
    for (const { name } of tables) {
      const rows = await asOwner<{ row: string }>(`SELECT t::text AS row FROM ${name} AS t`);
      const dump = rows.map(({ row }) => row).join('\n');
      for (const text of [key, secret, hex(secret)]) expect(dump.includes(text), name).toBe(false);
      if (dump.includes(key.split('_')[2] ?? '')) found += 1;
    }
    // What it does contain: the public part, so the search has looked at the right rows.
    expect(found).toBeGreaterThan(0);
  });
});

describe('A4.1 the published regular expression', () => {
  it('finds keys in a text, and nothing else', () => {
    const recipe = readFileSync('docs/recipes/api-keys.md', 'utf8');
    const published = /```regex\n(.+)\n```/.exec(recipe)?.[1] ?? '';
    const found = `const KEY = "${good.key}"; // rmp_test_x`.match(new RegExp(published, 'g'));
    expect(found).toEqual([good.key]);
    expect(recipe.match(new RegExp(published, 'g'))).toBeNull();
  });
});

describe('A4.1 another pepper', () => {
  it('makes new keys, opens those of before while it holds the old one, and none of them without it', async () => {
    const { key } = await makeKey(person);
    const [old] = app().get(CryptoConfig).values.PASSWORD_PEPPER;
    const next = `next:${randomBytes(32).toString('base64')}`;
    const statuses: number[] = [];
    const sameName = `${old?.id}:${randomBytes(32).toString('base64')}`;
    for (const ring of [`${next},${old?.id}:${old?.bytes.reveal().toString('base64')}`, next, sameName]) {
      const instance = await startApp({ PASSWORD_PEPPER: ring });
      statuses.push((await new Program(instance, key).get('/v1/patients')).status);
      await instance.close();
    }
    expect(statuses).toEqual([200, 401, 401]);
  });
});
