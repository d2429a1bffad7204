import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.ts';
import { Caller, type Answer } from '../support/caller.ts';
import { StoppedClock } from '../support/clock.ts';
import { startMailServer } from '../support/mail-server.ts';
import { signIn, TestOrganization, type Member } from '../support/organization.ts';
import { expectProblem } from '../support/problem.ts';
import { answerChallenge, challengeOf, totpCode } from '../support/second-factor.ts';

/**
 * Somebody who has the password wants in without the second factor: with the challenge for a token, with a second factor of
 * their own, or through a door that leads past the question (CWE-308, CWE-288).
 */
const mails = await startMailServer();
const app = useApp({ SMTP_URL: mails.url });
let organization: TestOrganization;
let victim: Member;
let attacker: Member;
let clock: StoppedClock;

beforeAll(async () => {
  organization = await TestOrganization.create(app());
});

afterAll(() => mails.close());

beforeEach(async () => {
  clock = new StoppedClock(app());
  [victim, attacker] = [await organization.addMember('clinician'), await organization.addMember('clinician')];
});

const codeOf = (member: Member) => totpCode(String(member.totpSecret), clock.now);

async function tokenFrom(email: string, subject: RegExp): Promise<string> {
  const { text } = await mails.waitForMail(email, { subject });
  return text.match(/^[\w-]{43}$/m)?.[0] ?? '';
}

function login({ email, password }: Pick<Member, 'email' | 'password'>, organizationId?: string): Promise<Answer> {
  return new Caller(app()).post('/v1/auth/login', { email, password, organizationId });
}

function expectChallenge(answer: Answer): void {
  expect(answer.body, answer.text).toMatchObject({ mfaRequired: true });
  for (const name of ['accessToken', 'refreshToken']) expect(answer.body).not.toHaveProperty(name);
}

describe('A1.2 a challenge token', () => {
  it('is no access token', async () => {
    const caller = new Caller(app(), await challengeOf(app(), victim));
    for (const url of ['/v1/me', '/v1/patients', '/v1/me/sessions']) {
      expectProblem(await caller.get(url), 'unauthenticated');
    }
    expectProblem(await caller.post('/v1/me/mfa/totp'), 'unauthenticated');
  });

  it('is none of the other tokens, and still answers its question afterwards', async () => {
    const token = await challengeOf(app(), victim);
    const stranger = new Caller(app());
    const password = 'a new one that nobody has guessed';
    expectProblem(await stranger.post('/v1/auth/refresh', { refreshToken: token }), 'invalid-refresh-token');
    expectProblem(await stranger.post('/v1/auth/reset-password', { token, password }), 'invalid-token');
    expectProblem(await stranger.post('/v1/auth/verify-email', { token }), 'invalid-token');
    expectProblem(
      await stranger.post('/v1/auth/accept-invitation', { token, password, displayName: 'Eve' }),
      'invalid-token',
    );
    expect((await answerChallenge(app(), token, { method: 'totp', code: codeOf(victim) })).status).toBe(200);
  });

  it('is no other token: neither a refresh token nor one from a mail', async () => {
    const { tokens } = await signIn(app(), victim);
    await new Caller(app()).post('/v1/auth/forgot-password', { email: victim.email });
    const fromMail = await tokenFrom(victim.email, /[Pp]assword/);
    for (const token of [tokens.refreshToken, fromMail]) {
      expectProblem(await answerChallenge(app(), token, { method: 'totp', code: codeOf(victim) }), 'invalid-code');
    }
  });
});

describe('A1.2 the code of another person', () => {
  it('is refused, and not used up', async () => {
    const challenge = await challengeOf(app(), victim);
    const code = codeOf(attacker);
    expectProblem(await answerChallenge(app(), challenge, { method: 'totp', code }), 'invalid-code');
    const [recovery = ''] = attacker.recoveryCodes;
    const proof = { method: 'recovery_code' as const, code: recovery };
    expectProblem(await answerChallenge(app(), challenge, proof), 'invalid-code');
    expect((await answerChallenge(app(), await challengeOf(app(), attacker), proof)).status).toBe(200);
    const own = await answerChallenge(app(), await challengeOf(app(), attacker), { method: 'totp', code });
    expect(own.status).toBe(200);
  });
});

describe('A1.2 the question is not gone round', () => {
  it('by naming an organization', async () => {
    expectChallenge(await login(victim, organization.id));
  });

  it('by naming the method of a factor that one does not have', async () => {
    const token = await challengeOf(app(), victim);
    for (const method of ['passkey', 'none', '', 'pwd', null]) {
      const answer = await new Caller(app()).post('/v1/auth/mfa', { challengeToken: token, method, code: '000000' });
      expectProblem(answer, 'validation-failed');
    }
  });

  it('by a password reset', async () => {
    await new Caller(app()).post('/v1/auth/forgot-password', { email: victim.email });
    const token = await tokenFrom(victim.email, /[Pp]assword/);
    const password = 'a new one that nobody has guessed';
    const answer = await new Caller(app()).post('/v1/auth/reset-password', { token, password });
    expect([answer.status, answer.text]).toEqual([204, '']);
    expectChallenge(await login({ ...victim, password }));
  });

  it('by a challenge from before a password reset', async () => {
    const challenge = await challengeOf(app(), victim);
    await new Caller(app()).post('/v1/auth/forgot-password', { email: victim.email });
    const token = await tokenFrom(victim.email, /[Pp]assword/);
    await new Caller(app()).post('/v1/auth/reset-password', { token, password: 'a new one that nobody has guessed' });
    expectProblem(await answerChallenge(app(), challenge, { method: 'totp', code: codeOf(victim) }), 'invalid-code');
  });

  it('by an invitation to another organization', async () => {
    const elsewhere = await TestOrganization.create(app());
    const owner = await elsewhere.as('owner');
    await owner.post('/v1/members/invitations', { email: victim.email, role: 'receptionist' });
    const token = await tokenFrom(victim.email, /invited/);
    const answer = await new Caller(app()).post('/v1/auth/accept-invitation', { token });
    expect([answer.status, answer.text]).toEqual([204, '']);
    expectChallenge(await login(victim, elsewhere.id));
  });
});
