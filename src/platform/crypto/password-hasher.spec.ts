import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Secret } from '../config/index.js';
import { ServiceUnavailable } from '../errors/index.js';
import { CryptoConfig } from './crypto.config.js';
import { PasswordHasher } from './password-hasher.js';
import type { SymmetricKey } from './symmetric-key.js';

/** What a hash costs is the subject of one test alone. */
const CHEAP = {
  ARGON2_MEMORY_KIB: 8,
  ARGON2_ITERATIONS: 1,
  ARGON2_PARALLELISM: 1,
  ARGON2_MAX_CONCURRENT: 2,
  ARGON2_MAX_QUEUED: 1000,
};

const pepper = (id: string): SymmetricKey => ({ id, bytes: new Secret(randomBytes(32)) });
const first = pepper('first');
const second = pepper('second');

function hasherWith(values: Partial<CryptoConfig['values']> = {}): PasswordHasher {
  return new PasswordHasher({ values: { ...CHEAP, PASSWORD_PEPPER: [first], ...values } } as unknown as CryptoConfig);
}

/** The parameters of a PHC string, whose order no standard fixes. */
function costOf(phc: string): Record<string, number> {
  const parameters = phc.split('$')[3] ?? '';
  return Object.fromEntries(parameters.split(',').map((pair) => [pair.slice(0, 1), Number(pair.slice(2))]));
}

const hasher = hasherWith();
const password = new Secret('correct horse battery staple');
const stored = await hasher.hash(password);

describe('the password hasher', () => {
  it('A1.1 stores Argon2id in PHC format behind the id of its pepper, with the configured cost', async () => {
    expect(stored).toMatch(/^first\$argon2id\$v=19\$[mtp=,0-9]+\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(costOf(stored)).toEqual({ m: 8, t: 1, p: 1 });
    const dearer = hasherWith({ ARGON2_MEMORY_KIB: 32, ARGON2_ITERATIONS: 3, ARGON2_PARALLELISM: 2 });
    expect(costOf(await dearer.hash(password))).toEqual({ m: 32, t: 3, p: 2 });
  });

  it('A1.1 costs m=19456, t=2, p=1 unless somebody decides otherwise', async () => {
    const { ARGON2_MEMORY_KIB, ARGON2_ITERATIONS, ARGON2_PARALLELISM } = CryptoConfig.schema.shape;
    const real = hasherWith({
      ARGON2_MEMORY_KIB: ARGON2_MEMORY_KIB.parse(undefined),
      ARGON2_ITERATIONS: ARGON2_ITERATIONS.parse(undefined),
      ARGON2_PARALLELISM: ARGON2_PARALLELISM.parse(undefined),
    });
    const hash = await real.hash(password);
    expect(costOf(hash)).toEqual({ m: 19_456, t: 2, p: 1 });
    expect(await real.verify(password, hash)).toBe(true);
    expect(await real.verify(new Secret('another password'), hash)).toBe(false);
  });

  it('A1.1 never stores the same password the same way twice', async () => {
    const hashes = await Promise.all(Array.from({ length: 20 }, () => hasher.hash(password)));
    expect(new Set(hashes).size).toBe(20);
  });

  it('A1.1 knows the password again, in either Unicode form', async () => {
    const composed = 'cafe\u0301 passphrase';
    expect(await hasher.verify(password, stored)).toBe(true);
    const hash = await hasher.hash(new Secret(composed));
    expect(await hasher.verify(new Secret(composed.normalize('NFC')), hash)).toBe(true);
    expect(await hasher.verify(new Secret(composed.normalize('NFD')), hash)).toBe(true);
  });

  it.each([
    ['another password', 'Tr0ub4dor and three'],
    ['nothing', ''],
    ['other capitals', 'Correct horse battery staple'],
    ['a space before it', ' correct horse battery staple'],
    ['a space behind it', 'correct horse battery staple '],
    ['one character less', 'correct horse battery stapl'],
    ['one character more', 'correct horse battery staples'],
    ['a NUL and more behind it', 'correct horse battery staple\0x'],
    ['a compatibility form, which NFC leaves alone', 'ｃorrect horse battery staple'],
    ['the stored hash itself', stored],
  ])('A1.1 refuses %s', async (_what, wrong) => {
    expect(await hasher.verify(new Secret(wrong), stored)).toBe(false);
  });

  it('A1.1 does not cut long passwords', async () => {
    const long = 'x'.repeat(128);
    const hash = await hasher.hash(new Secret(long));
    expect(await hasher.verify(new Secret(long.slice(0, 127)), hash)).toBe(false);
    expect(await hasher.verify(new Secret(`${long.slice(0, 127)}y`), hash)).toBe(false);
  });

  it('A1.3 answers false for an account that does not exist, whatever the password', async () => {
    for (const guess of ['', 'correct horse battery staple', 'undefined'])
      expect(await hasher.verify(new Secret(guess), undefined)).toBe(false);
  });

  it('A1.3 spends a hash of the same cost on an account that does not exist', async () => {
    // More work than the pool may hold is refused, so being refused shows that the work would have been done.
    const busy = hasherWith({ ARGON2_MAX_CONCURRENT: 1, ARGON2_MAX_QUEUED: 0 });
    await busy.onModuleInit();
    const running = busy.verify(password, stored);
    await expect(busy.verify(password, undefined)).rejects.toThrow(ServiceUnavailable);
    await expect(running).resolves.toBe(true);
  });

  it('A1.1 opens nothing with another pepper of the same name', async () => {
    const other = hasherWith({ PASSWORD_PEPPER: [pepper('first')] });
    expect(await other.verify(password, stored)).toBe(false);
  });

  it('A1.1 hashes with the first pepper of a ring and verifies with all of them', async () => {
    const rotated = hasherWith({ PASSWORD_PEPPER: [second, first] });
    expect(await rotated.hash(password)).toMatch(/^second\$/);
    expect(await rotated.verify(password, stored)).toBe(true);
    expect(await rotated.verify(new Secret('wrong'), stored)).toBe(false);
  });

  it.each([
    ['names a pepper that is gone', stored.replace('first$', 'gone$')],
    ['has no pepper', stored.slice('first'.length)],
    ['is no hash', 'first'],
    ['is empty', ''],
    ['is cut', stored.slice(0, 30)],
    ['is of another algorithm', 'first$2b$12$abcdefghijklmnopqrstuuFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAK'],
    ['is the password in the clear', 'first$correct horse battery staple'],
  ])('A7.2 grants nothing on a stored value that %s', async (_what, broken) => {
    const outcome = await hasher.verify(password, broken).catch(() => 'an error');
    expect(outcome).not.toBe(true);
  });

  it('B6.5 refuses with Retry-After when too many hashes wait', async () => {
    const small = hasherWith({ ARGON2_MAX_CONCURRENT: 1, ARGON2_MAX_QUEUED: 2 });
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => small.hash(password)));
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    expect(refused).toHaveLength(7);
    expect(refused[0]).toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
    await expect(small.hash(password)).resolves.toMatch(/^first\$/);
  });

  it('A5.3 never shows the password in an error', async () => {
    const error = await hasher.verify(password, 'gone$argon2id$').catch((reason: unknown) => reason);
    expect(String((error as Error).stack)).not.toContain(password.reveal());
  });
});
