import { randomBytes } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
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

/** Milliseconds. */
async function fastest(task: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const start = performance.now();
    await task();
    times.push(performance.now() - start);
  }
  return Math.min(...times);
}

const hasher = hasherWith();
const password = new Secret('correct horse battery staple');
const stored = await hasher.hash(password);
const account = 'ada@test.example';

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
    expect(await real.verify(password, hash, account)).toBe(true);
    expect(await real.verify(new Secret('another password'), hash, account)).toBe(false);
  });

  it('A1.1 never stores the same password the same way twice', async () => {
    const hashes = await Promise.all(Array.from({ length: 20 }, () => hasher.hash(password)));
    expect(new Set(hashes).size).toBe(20);
  });

  it('A1.1 knows the password again, in either Unicode form', async () => {
    const composed = 'cafe\u0301 passphrase';
    expect(await hasher.verify(password, stored, account)).toBe(true);
    const hash = await hasher.hash(new Secret(composed));
    expect(await hasher.verify(new Secret(composed.normalize('NFC')), hash, account)).toBe(true);
    expect(await hasher.verify(new Secret(composed.normalize('NFD')), hash, account)).toBe(true);
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
    expect(await hasher.verify(new Secret(wrong), stored, account)).toBe(false);
  });

  it('A1.1 does not cut long passwords', async () => {
    const long = 'x'.repeat(128);
    const hash = await hasher.hash(new Secret(long));
    expect(await hasher.verify(new Secret(long.slice(0, 127)), hash, account)).toBe(false);
    expect(await hasher.verify(new Secret(`${long.slice(0, 127)}y`), hash, account)).toBe(false);
  });

  it('A1.3 answers false for an account that does not exist, whatever the password', async () => {
    for (const guess of ['', 'correct horse battery staple', 'undefined'])
      expect(await hasher.verify(new Secret(guess), undefined, account)).toBe(false);
  });

  it('A1.3 spends a hash of the same cost on an account that does not exist', async () => {
    // More work than the pool may hold is refused, so being refused shows that the work would have been done.
    const busy = hasherWith({ ARGON2_MAX_CONCURRENT: 1, ARGON2_MAX_QUEUED: 0 });
    const running = busy.verify(password, stored, account);
    await expect(busy.verify(password, undefined, account)).rejects.toThrow(ServiceUnavailable);
    await expect(running).resolves.toBe(true);
  });

  it('A1.3 makes a sign-in to an unknown account cost what sign-ins to known ones cost', async () => {
    // 64 MiB against 8 KiB: the work is the only thing that can take the time. The fastest of three, so that load does not count.
    const dear = hasherWith();
    const before = await fastest(() => dear.verify(password, undefined, account));
    dear.learnCosts(new Map([['m=65536,t=3,p=1', 1]]));
    const after = await fastest(() => dear.verify(password, undefined, account));
    expect(after).toBeGreaterThan(before * 5);
  });

  it('A1.1 opens nothing with another pepper of the same name', async () => {
    const other = hasherWith({ PASSWORD_PEPPER: [pepper('first')] });
    expect(await other.verify(password, stored, account)).toBe(false);
  });

  it('A1.1 hashes with the first pepper of a ring and verifies with all of them', async () => {
    const rotated = hasherWith({ PASSWORD_PEPPER: [second, first] });
    expect(await rotated.hash(password)).toMatch(/^second\$/);
    expect(await rotated.verify(password, stored, account)).toBe(true);
    expect(await rotated.verify(new Secret('wrong'), stored, account)).toBe(false);
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
    const outcome = await hasher.verify(password, broken, account).catch(() => 'an error');
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
    const error = await hasher.verify(password, 'gone$argon2id$', account).catch((reason: unknown) => reason);
    expect(String((error as Error).stack)).not.toContain(password.reveal());
  });
});

describe('the decoys for accounts that do not exist', () => {
  const [old, now] = ['m=16,t=1,p=1', 'm=32,t=2,p=1'];
  const names = Array.from({ length: 2000 }, (_, index) => `nobody-${index}@test.example`);

  /** What is verified for an account that does not exist. */
  async function decoyOf(instance: PasswordHasher, name: string): Promise<string> {
    const split = vi.spyOn(instance as unknown as { split: (stored: string) => unknown }, 'split');
    await instance.verify(password, undefined, name);
    return String(split.mock.lastCall?.[0]);
  }

  const costsOf = async (instance: PasswordHasher, accounts: readonly string[]) => {
    const costs: Record<string, number>[] = [];
    for (const name of accounts) costs.push(costOf(await decoyOf(instance, name)));
    return costs.map(({ m }) => m);
  };

  function learnt(counts: [string, number][], values: Partial<CryptoConfig['values']> = {}): PasswordHasher {
    const instance = hasherWith(values);
    instance.learnCosts(new Map(counts));
    return instance;
  }

  it('A1.3 are as common as what they cost is among known ones', async () => {
    const costs = await costsOf(
      learnt([
        [old, 750],
        [now, 250],
      ]),
      names,
    );
    const share = costs.filter((m) => m === 16).length / names.length;
    expect(share).toBeGreaterThan(0.7);
    expect(share).toBeLessThan(0.8);
  });

  it('A1.3 are the same for the same account, always and on every instance', async () => {
    const few = names.slice(0, 100);
    const [here, there] = [
      learnt([
        [old, 1],
        [now, 1],
      ]),
      learnt([
        [now, 1],
        [old, 1],
      ]),
    ];
    const costs = await costsOf(here, few);
    expect(await costsOf(here, few)).toEqual(costs);
    expect(await costsOf(there, few)).toEqual(costs);
    expect(new Set(costs).size).toBe(2);
  });

  it('A1.3 cannot be told by who does not know the pepper', async () => {
    const few = names.slice(0, 100);
    const counts: [string, number][] = [
      [old, 1],
      [now, 1],
    ];
    const other = await costsOf(learnt(counts, { PASSWORD_PEPPER: [pepper('first')] }), few);
    expect(await costsOf(learnt(counts), few)).not.toEqual(other);
  });

  it('A1.3 move up with the known accounts, and none moves back', async () => {
    const few = names.slice(0, 100);
    const instance = learnt([
      [old, 80],
      [now, 20],
    ]);
    const before = await costsOf(instance, few);
    instance.learnCosts(
      new Map([
        [old, 40],
        [now, 60],
      ]),
    );
    const after = await costsOf(instance, few);
    expect(after.every((m, index) => Number(m) >= Number(before[index]))).toBe(true);
    expect(after).not.toEqual(before);
  });

  it.each<[string, [string, number][]]>([
    ['nothing is stored', []],
    ['nobody has that cost', [[now, 0]]],
    ['a count is negative', [[now, -1]]],
    ['a cost is empty', [['', 5]]],
    ['a cost is not one', [['x', 5]]],
    ['a parameter is missing', [['m=32,t=2', 5]]],
    ['a parameter stands twice', [['m=32,t=2,t=2', 5]]],
    ['a parameter is too much', [['m=32,t=2,p=1,k=1', 5]]],
    ['a parameter is unknown', [['m=32,t=2,x=1', 5]]],
    ['a parameter is zero', [['m=32,t=0,p=1', 5]]],
    ['a parameter is negative', [['m=32,t=-2,p=1', 5]]],
    ['the memory is too little for the lanes', [['m=32,t=1,p=16', 5]]],
    ['a hash is smuggled in', [['m=32,t=2,p=1$salt', 5]]],
  ])('A1.3 have the configured cost when %s', async (_what, counts) => {
    expect(costOf(await decoyOf(learnt(counts), account))).toEqual({ m: 8, t: 1, p: 1 });
  });

  it('A1.3 take the parameters in any order', async () => {
    expect(costOf(await decoyOf(learnt([['m=32,p=1,t=2', 1]]), account))).toEqual({ m: 32, t: 2, p: 1 });
  });

  it('A1.3 have the form of a stored hash', async () => {
    expect(await decoyOf(hasher, account)).toMatch(
      /^first\$argon2id\$v=19\$[mtp=,0-9]+\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/,
    );
  });
});

describe('A1.1 a stored hash', () => {
  const current = hasherWith({ ARGON2_MEMORY_KIB: 32, ARGON2_ITERATIONS: 2, ARGON2_PARALLELISM: 2 });
  const of = (values: Partial<CryptoConfig['values']>) =>
    hasherWith({ ARGON2_MEMORY_KIB: 32, ARGON2_ITERATIONS: 2, ARGON2_PARALLELISM: 2, ...values });

  it.each<[string, Partial<CryptoConfig['values']>]>([
    ['less memory', { ARGON2_MEMORY_KIB: 31 }],
    ['fewer iterations', { ARGON2_ITERATIONS: 1 }],
    ['fewer lanes', { ARGON2_PARALLELISM: 1 }],
    ['more memory and fewer iterations', { ARGON2_MEMORY_KIB: 64, ARGON2_ITERATIONS: 1 }],
    ['another pepper', { PASSWORD_PEPPER: [second] }],
  ])('with %s is stored anew at the next sign-in', async (_what, values) => {
    expect(current.isOutdated(await of(values).hash(password))).toBe(true);
  });

  it.each<[string, Partial<CryptoConfig['values']>]>([
    ['of the configured cost', {}],
    ['that costs more', { ARGON2_MEMORY_KIB: 64, ARGON2_ITERATIONS: 3 }],
  ])('%s stays', async (_what, values) => {
    expect(current.isOutdated(await of(values).hash(password))).toBe(false);
  });

  it('of an older pepper is stored anew when the pepper has changed', () => {
    expect(hasherWith({ PASSWORD_PEPPER: [second, first] }).isOutdated(stored)).toBe(true);
    expect(hasherWith({ PASSWORD_PEPPER: [first, second] }).isOutdated(stored)).toBe(false);
  });

  it.each(['', 'first', 'first$argon2id$v=19$$', 'first$2b$12$abc'])('that is none ("%s") is outdated', (broken) => {
    expect(hasher.isOutdated(broken)).toBe(true);
  });
});
