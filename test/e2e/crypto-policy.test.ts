import { createRequire, syncBuiltinESMExports } from 'node:module';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp } from '../support/app.ts';
import { Caller } from '../support/caller.ts';
import { somePatient, TestOrganization } from '../support/organization.ts';

type Call = (this: unknown, ...args: unknown[]) => unknown;

const crypto = createRequire(import.meta.url)('node:crypto') as Record<string, Call>;

/** What takes the name of an algorithm, and what is not to be called at all: its use is recorded by the name alone. */
const WITH_ALGORITHM = [
  'createHash',
  'hash',
  'createHmac',
  'createCipheriv',
  'createDecipheriv',
  'hkdfSync',
  'hkdf',
  'sign',
  'verify',
  'createSign',
  'createVerify',
];
const WITHOUT = [
  'pbkdf2',
  'pbkdf2Sync',
  'scrypt',
  'scryptSync',
  'publicEncrypt',
  'privateDecrypt',
  'privateEncrypt',
  'publicDecrypt',
  'pseudoRandomBytes',
  'createDiffieHellman',
];

/**
 * SHA-256 and longer, HMAC and HKDF with them, AES-256-GCM; `undefined` is the digest of EdDSA. HMAC-SHA-1 is TOTP's, and stands
 * among the exceptions of docs/crypto-inventory.md.
 */
const ALLOWED = [
  /^(?:createHash|hash|createHmac|hkdfSync|hkdf|sign|verify|createSign|createVerify) (?:RSA-)?sha-?(?:256|384|512)$/i,
  /^create(?:C|Dec)ipheriv aes-256-gcm$/i,
  /^createHmac sha-?1$/i,
];

const used = new Set<string>();
const originals = new Map<string, Call>();
let app: NestFastifyApplication;

/** Every caller in this process gets the recorder, packages too. */
beforeAll(async () => {
  for (const name of [...WITH_ALGORITHM, ...WITHOUT]) {
    const original = crypto[name];
    if (original === undefined) continue;
    originals.set(name, original);
    crypto[name] = function (...args) {
      used.add(WITH_ALGORITHM.includes(name) ? `${name} ${String(args[0])}` : name);
      return Reflect.apply(original, this, args);
    };
  }
  syncBuiltinESMExports();
  app = await startApp();
});
afterAll(async () => {
  for (const [name, original] of originals) crypto[name] = original;
  syncBuiltinESMExports();
  await app.close();
});

const refused = () => [...used].filter((use) => !ALLOWED.some((allowed) => allowed.test(use)));

describe('A5.2 a running server', () => {
  it('uses no other algorithm for sign-in, tokens, second factors, keys, columns and mail than the inventory allows', async () => {
    const organization = await TestOrganization.create(app);
    const member = await organization.addMember('receptionist');
    const clinician = await organization.addMember('clinician');
    const caller = new Caller(app);
    const { body } = await caller.post('/v1/auth/login', { email: clinician.email, password: clinician.password });
    const code = new TOTP({ secret: clinician.totpSecret ?? '' }).generate();
    const proof = { challengeToken: body['challengeToken'], method: 'totp', code };
    expect((await caller.post('/v1/auth/mfa', proof)).status).toBe(200);
    const { body: tokens } = await caller.post('/v1/auth/login', { email: member.email, password: member.password });
    const refreshed = await caller.post('/v1/auth/refresh', { refreshToken: tokens['refreshToken'] });
    const staff = new Caller(app, String(refreshed.body['accessToken']));
    expect((await staff.post('/v1/patients', somePatient)).status).toBe(201);
    expect((await staff.post('/v1/patients/lookup', { nationalId: somePatient.nationalId })).status).toBe(200);
    expect((await caller.post('/v1/auth/forgot-password', { email: member.email })).status).toBe(202);

    // The recorder was there: these are ours.
    for (const use of ['createCipheriv aes-256-gcm', 'createHmac sha256', 'hkdfSync sha256'])
      expect(used).toContain(use);
    expect(refused()).toEqual([]);
  });

  it.each([
    ['MD5', () => crypto['createHash']?.('md5')],
    ['SHA-1', () => crypto['createHash']?.('sha1')],
    ['ECB', () => crypto['createCipheriv']?.('aes-256-ecb', Buffer.alloc(32), null)],
    ['CBC', () => crypto['createCipheriv']?.('aes-256-cbc', Buffer.alloc(32), Buffer.alloc(16))],
  ])('would be seen with %s', (_what, use) => {
    used.clear();
    use();
    expect(refused()).toHaveLength(1);
  });
});
