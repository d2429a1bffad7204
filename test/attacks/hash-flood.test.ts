import { beforeAll, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.ts';
import { Caller } from '../support/caller.ts';
import { signIn, TestOrganization, type Member } from '../support/organization.ts';
import { expectProblem } from '../support/problem.ts';

/**
 * Somebody sends sign-ins faster than passwords can be hashed, to keep the processors and the memory busy (CWE-400). From many
 * addresses and for many accounts: what limits guessing does not stop it.
 */
const app = useApp({ ARGON2_MAX_CONCURRENT: '1', ARGON2_MAX_QUEUED: '3', ARGON2_MEMORY_KIB: '4096' });
let members: Member[];

beforeAll(async () => {
  const organization = await TestOrganization.create(app());
  members = [];
  for (let count = 0; count < 30; count += 1) members.push(await organization.addMember('patient'));
});

describe('B6.5 a flood of sign-ins', () => {
  it('is answered by 503 with Retry-After beyond the places in the queue, and everybody in it is served', async () => {
    const answers = await Promise.all(
      members.map(({ email, password }) => new Caller(app()).post('/v1/auth/login', { email, password })),
    );
    const refused = answers.filter(({ status }) => status !== 200);
    expect(answers.length - refused.length).toBeGreaterThanOrEqual(4);
    expect(refused.length).toBeGreaterThan(0);
    for (const answer of refused) {
      expectProblem(answer, 'service-unavailable');
      expect(answer.headers['retry-after']).toMatch(/^[12]$/);
    }
    for (const member of members.slice(-2))
      expect((await (await signIn(app(), member)).get('/v1/me')).status).toBe(200);
  });
});
