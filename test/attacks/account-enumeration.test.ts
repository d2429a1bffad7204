import { beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../../src/platform/database/index.js';
import { useApp } from '../support/app.ts';
import { Caller } from '../support/caller.ts';
import { TestOrganization, type Member } from '../support/organization.ts';

/**
 * Somebody measures how long a refused sign-in takes, to learn which addresses have accounts (CWE-208). Hashing costs here
 * what it costs in production: skipping it shows as an answer that is ten times faster.
 */
const app = useApp({ ARGON2_MEMORY_KIB: '19456', ARGON2_ITERATIONS: '2' });
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

async function timeOf(email: string, password: string): Promise<number> {
  const start = performance.now();
  await new Caller(app()).post('/v1/auth/login', { email, password });
  return performance.now() - start;
}

describe('A1.3 a refused sign-in', () => {
  it.each([
    ['an unknown account', () => ({ email: 'nobody@test.example', password: 'wrong' })],
    ['a suspended account with its right password', () => suspended],
  ])('takes as long for %s as for a wrong password', async (_name, account) => {
    const times = { wrong: [] as number[], other: [] as number[] };
    // In turns, and the fastest of each: what else the machine does can only add to a time.
    for (let round = 0; round < ROUNDS; round += 1) {
      times.wrong.push(await timeOf(known.email, 'wrong'));
      times.other.push(await timeOf(account().email, account().password));
    }
    const ratio = Math.min(...times.other) / Math.min(...times.wrong);
    expect(ratio).toBeGreaterThan(0.5);
    expect(ratio).toBeLessThan(2);
  });
});
