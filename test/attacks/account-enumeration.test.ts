import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Secret } from '../../src/platform/config/index.js';
import { newId, PasswordHasher } from '../../src/platform/crypto/index.js';
import { Database } from '../../src/platform/database/index.js';
import { startApp, useApp } from '../support/app.ts';
import { Caller } from '../support/caller.ts';
import { newPassword, somebody } from '../support/mailbox.ts';
import { TestOrganization, type Member } from '../support/organization.ts';

/**
 * Somebody measures how long an answer takes, to learn which addresses have accounts (CWE-208). Hashing costs here what it
 * costs in production: skipping it shows as an answer that is ten times faster.
 */
const DEAR = { ARGON2_MEMORY_KIB: '19456', ARGON2_ITERATIONS: '2' };
const app = useApp(DEAR);
const ROUNDS = 12;
let known: Member;
let suspended: Member;

beforeAll(async () => {
  const organization = await TestOrganization.create(app());
  known = await organization.addMember('clinician');
  suspended = await organization.addMember('clinician');
  const { client } = app().get(Database);
  await client.user.update({ where: { id: suspended.userId }, data: { suspendedAt: new Date() } });
});

/** Of this process, its threads for hashing included: what else the machine does is not in it, and test/bench measures the clock. */
async function timeOf(path: string, body: object, by = app()): Promise<number> {
  const start = process.cpuUsage();
  await new Caller(by).post(`/v1/auth/${path}`, body);
  const { user, system } = process.cpuUsage(start);
  return user + system;
}

/** In turns, and the least of each: what else the process does can only add to it. */
async function expectAlike(one: () => Promise<number>, other: () => Promise<number>): Promise<void> {
  const times = { one: [] as number[], other: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    times.one.push(await one());
    times.other.push(await other());
    // What a person may do five times only, they may do here as often as it takes.
    await app().get(Database).client.guessCounter.deleteMany();
  }
  const ratio = Math.min(...times.other) / Math.min(...times.one);
  expect(ratio).toBeGreaterThan(0.5);
  expect(ratio).toBeLessThan(2);
}

describe('A1.3 a refused sign-in', () => {
  it('takes as long for a suspended account with its right password as for a wrong password', async () => {
    await expectAlike(
      () => timeOf('login', { email: known.email, password: 'wrong' }),
      () => timeOf('login', { email: suspended.email, password: suspended.password }),
    );
  });
});

describe('A1.3 B8.3 a request of somebody who is not signed in takes as long with an account as without', () => {
  it.each<[string, (email: string) => object]>([
    ['sign-up', (email) => ({ email, password: newPassword(), displayName: 'Ada' })],
    ['forgot-password', (email) => ({ email })],
  ])('%s', async (path, bodyFor) => {
    await expectAlike(
      () => timeOf(path, bodyFor(known.email)),
      () => timeOf(path, bodyFor(somebody())),
    );
  });
});

/**
 * While the cost of hashing is being raised, some accounts are cheap to refuse and some are dear. If all unknown ones were dear,
 * a cheap answer would be an account.
 */
describe('A1.3 while stored passwords have two costs', () => {
  const ids: string[] = [];
  let mixed: NestFastifyApplication;
  /** Of all accounts. */
  let dearShare = 0;

  beforeAll(async () => {
    const { client } = app().get(Database);
    const passwordHash = await app().get(PasswordHasher).hash(new Secret(newPassword()));
    const cheapHash = passwordHash.replace('m=19456,t=2', 'm=64,t=1');
    // As many dear ones as there are others, and some of either in any case.
    const others = await client.user.count();
    const hashes = [...Array<string>(20).fill(cheapHash), ...Array<string>(20 + others).fill(passwordHash)];
    const users = hashes.map((hash) => ({ id: newId(), email: somebody(), displayName: 'x', passwordHash: hash }));
    await client.user.createMany({ data: users });
    ids.push(...users.map(({ id }) => id));
    const [all, dear] = [
      await client.user.count(),
      await client.user.count({ where: { passwordHash: { contains: 'm=19456,' } } }),
    ];
    dearShare = dear / all;
    // What they cost is learnt at the start, and every ten minutes.
    mixed = await startApp(DEAR);
  });
  afterAll(async () => {
    await mixed.close();
    await app()
      .get(Database)
      .client.user.deleteMany({ where: { id: { in: ids } } });
  });

  /** What the running application verifies for an account that does not exist: its unit tests show that it does. */
  const isDear = (email: string) => mixed.get(PasswordHasher)['decoyFor'](email).includes('m=19456,');

  it('unknown accounts have either, as often as known ones, and each always the same', () => {
    const strangers = Array.from({ length: 400 }, somebody);
    const first = strangers.map(isDear);
    const share = first.filter(Boolean).length / strangers.length;
    // Four standard deviations of a fair draw of four hundred.
    expect(Math.abs(share - dearShare)).toBeLessThan(0.1);
    expect(strangers.map(isDear)).toEqual(first);
  });
});
