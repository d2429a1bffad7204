import { beforeAll, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.ts';
import { Caller } from '../support/caller.ts';
import { signIn, TestOrganization, type Member } from '../support/organization.ts';
import { expectProblem } from '../support/problem.ts';

/** Somebody sends sign-ins faster than passwords can be hashed, to keep the processors and the memory busy (CWE-400). */
const app = useApp({ ARGON2_MAX_CONCURRENT: '1', ARGON2_MAX_QUEUED: '3', ARGON2_MEMORY_KIB: '4096' });
let member: Member;

beforeAll(async () => {
  member = await (await TestOrganization.create(app())).addMember('clinician');
});

describe('B6.5 a flood of sign-ins', () => {
  it('is answered by 503 with Retry-After beyond the places in the queue, and everybody in it is served', async () => {
    const { email, password } = member;
    const flood = Array.from({ length: 30 }, () => new Caller(app()).post('/v1/auth/login', { email, password }));
    const answers = await Promise.all(flood);
    const refused = answers.filter(({ status }) => status !== 200);
    expect(answers.length - refused.length).toBeGreaterThanOrEqual(4);
    expect(refused.length).toBeGreaterThan(0);
    for (const answer of refused) {
      expectProblem(answer, 'service-unavailable');
      expect(answer.headers['retry-after']).toBe('2');
    }
    expect((await (await signIn(app(), member)).get('/v1/me')).status).toBe(200);
  });
});
