import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Database } from '../../src/platform/database/index.js';
import type { Role } from '../../src/roles.js';
import { useApp } from '../support/app.ts';
import { Caller, type Answer, someAddress } from '../support/caller.ts';
import { StoppedClock } from '../support/clock.ts';
import { startMailServer } from '../support/mail-server.ts';
import { signIn, SignedIn, TestOrganization, type Member } from '../support/organization.ts';
import { expectProblem } from '../support/problem.ts';
import { protectedRoutes, urlOf } from '../support/routes.ts';
import { answerChallenge, challengeOf, totpCode } from '../support/second-factor.ts';

const mails = await startMailServer();
const app = useApp({ SMTP_URL: mails.url });
let organization: TestOrganization;
let clock: StoppedClock;

beforeAll(async () => {
  organization = await TestOrganization.create(app());
});

afterAll(() => mails.close());

beforeEach(() => {
  clock = new StoppedClock(app());
});

/** Somebody whose role has been given to them before they have any second factor. */
async function withoutFactor(role: Role): Promise<Member> {
  const member = await organization.addMember('receptionist');
  await app()
    .get(Database)
    .client.membership.updateMany({ where: { userId: member.userId }, data: { role } });
  return { ...member, role };
}

async function begin(person: Caller): Promise<string> {
  const answer = await person.post('/v1/me/mfa/totp');
  expect(answer.status, answer.text).toBe(201);
  return String(answer.body['secret']);
}

function confirm(person: Caller, secret: string): Promise<Answer> {
  return person.post('/v1/me/mfa/totp/confirm', { code: totpCode(secret, clock.now) });
}

interface Enrolled {
  readonly secret: string;
  readonly caller: Caller;
  readonly recoveryCodes: string[];
}

async function enrolled(person: SignedIn): Promise<Enrolled> {
  const secret = await begin(person);
  const answer = await confirm(person, secret);
  expect(answer.status, answer.text).toBe(200);
  const caller = new Caller(app(), String(answer.body['accessToken']), person.address);
  return { secret, caller, recoveryCodes: answer.body['recoveryCodes'] as string[] };
}

const expectEnrolmentFirst = (answer: Answer) => expectProblem(answer, 'second-factor-required');

describe('A1.2 a role that needs a second factor opens nothing without one', () => {
  it('but the routes that declare themselves for enrolment', async () => {
    const member = await withoutFactor('clinician');
    const routes = protectedRoutes(app());
    const open: string[] = [];
    for (const route of routes) {
      // A session for each, for some routes end it, and an address, for there is a limit on signing in.
      const answer = await (
        await signIn(app(), { ...member, address: someAddress() })
      ).call(route.method, urlOf(route));
      if (answer.body['code'] === 'second-factor-required') expectEnrolmentFirst(answer);
      else open.push(route.label);
    }
    const declared = routes.filter(({ access: [rule] }) => rule?.kind === 'authenticated' && rule.isForEnrolment);
    expect(open).toEqual(declared.map(({ label }) => label));
    expect(declared.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual([
      'POST /v1/auth/logout',
      'POST /v1/auth/step-up',
      'POST /v1/me/mfa/totp',
      'POST /v1/me/mfa/totp/confirm',
      'POST /v1/me/passkeys',
      'POST /v1/me/passkeys/options',
    ]);
    expect(routes.length).toBeGreaterThan(declared.length + 10);
  });

  it.each(['owner', 'clinician', 'auditor'] as const)('to the %s', async (role) => {
    expectEnrolmentFirst(await (await signIn(app(), await withoutFactor(role))).get('/v1/me'));
  });

  it('from the next request on after somebody has got that role', async () => {
    const owner = await organization.as('owner');
    const person = await organization.as('receptionist');
    expect((await person.get('/v1/patients')).status).toBe(200);
    const change = await owner.patch(`/v1/members/${person.member.userId}`, { role: 'clinician' });
    expect(change.status, change.text).toBe(200);
    await vi.waitFor(async () => expectEnrolmentFirst(await person.get('/v1/patients')), {
      timeout: 1000,
      interval: 10,
    });
    const { caller } = await enrolled(person);
    expect((await caller.get('/v1/me')).body['role']).toBe('clinician');
  });

  it('also when the session is refreshed', async () => {
    const { tokens } = await signIn(app(), await withoutFactor('clinician'));
    const next = await new Caller(app()).post('/v1/auth/refresh', { refreshToken: tokens.refreshToken });
    expectEnrolmentFirst(await new Caller(app(), String(next.body['accessToken'])).get('/v1/me'));
  });
});

describe('A1.2 a confirmed authenticator', () => {
  it('opens what the role may do at once, and its recovery codes work', async () => {
    const person = await signIn(app(), await withoutFactor('clinician'));
    expectEnrolmentFirst(await person.get('/v1/patients'));
    const { caller, recoveryCodes } = await enrolled(person);
    expect((await caller.get('/v1/patients')).status).toBe(200);
    expect(new Set(recoveryCodes).size).toBe(10);
    const challenge = await challengeOf(app(), person.member);
    const code = String(recoveryCodes[3]);
    expect((await answerChallenge(app(), challenge, { method: 'recovery_code', code })).status).toBe(200);
  });

  it('B13.3 ends the sessions that were opened without it, and no other', async () => {
    const member = await withoutFactor('clinician');
    const [earlier, person] = [await signIn(app(), member), await signIn(app(), member)];
    expectEnrolmentFirst(await earlier.get('/v1/me'));
    const { caller } = await enrolled(person);
    expectProblem(await earlier.post('/v1/auth/step-up', { password: member.password }), 'unauthenticated');
    const { refreshToken } = earlier.tokens;
    expectProblem(await new Caller(app()).post('/v1/auth/refresh', { refreshToken }), 'invalid-refresh-token');
    expect((await caller.get('/v1/me')).status).toBe(200);
    const own = await new Caller(app()).post('/v1/auth/refresh', { refreshToken: person.tokens.refreshToken });
    expect((await new Caller(app(), String(own.body['accessToken'])).get('/v1/patients')).status).toBe(200);
  });

  it('B13.3 ends them also when the session that confirms it has had a second factor before', async () => {
    const person = await organization.as('receptionist');
    const { caller } = await enrolled(person);
    expect((await caller.delete('/v1/me/mfa/totp')).status).toBe(204);
    const between = await signIn(app(), person.member);
    const secret = await begin(caller);
    expect((await confirm(caller, secret)).status).toBe(200);
    expectProblem(await between.get('/v1/me'), 'unauthenticated');
  });

  it('A1.6 is told to its person by mail', async () => {
    const person = await organization.as('receptionist');
    await enrolled(person);
    const { text } = await mails.waitForMail(person.member.email, { subject: /second factor was added/ });
    expect(text).toContain('DELETE /v1/me/sessions');
  });

  it('has used up the code that confirmed it', async () => {
    const person = await organization.as('receptionist');
    const { secret } = await enrolled(person);
    const code = totpCode(secret, clock.now);
    const challenge = await challengeOf(app(), person.member);
    expectProblem(await answerChallenge(app(), challenge, { method: 'totp', code }), 'invalid-code');
    clock.advance(30);
    const next = totpCode(secret, clock.now);
    expect((await answerChallenge(app(), challenge, { method: 'totp', code: next })).status).toBe(200);
  });

  it('is not replaced: a new one is begun when this one is removed', async () => {
    const { caller, secret } = await enrolled(await organization.as('receptionist'));
    expectProblem(await caller.post('/v1/me/mfa/totp'), 'conflict');
    clock.advance(30);
    expectProblem(await confirm(caller, secret), 'conflict');
  });
});

describe('A1.2 an authenticator that is not confirmed', () => {
  it('counts for nothing at the sign-in', async () => {
    const person = await organization.as('receptionist');
    await begin(person);
    const { email, password } = person.member;
    const answer = await new Caller(app()).post('/v1/auth/login', { email, password });
    expect(answer.body).toHaveProperty('accessToken');
    expectEnrolmentFirst(await (await signInWithPending('clinician')).get('/v1/me'));
  });

  it('is replaced by the next one', async () => {
    const person = await organization.as('receptionist');
    const [first, second] = [await begin(person), await begin(person)];
    expectProblem(await confirm(person, first), 'invalid-code');
    expect((await confirm(person, second)).status).toBe(200);
  });

  it('is not confirmed by a wrong code, and a sixth try has to wait', async () => {
    const person = await organization.as('receptionist');
    const secret = await begin(person);
    for (let i = 0; i < 5; i += 1) {
      expectProblem(await person.post('/v1/me/mfa/totp/confirm', { code: 'wrong1' }), 'invalid-code');
    }
    expectProblem(await confirm(person, secret), 'too-many-attempts');
    expect((await person.delete('/v1/me/mfa/totp')).status).toBe(404);
  });

  it('A7.4 is confirmed once by 10 requests at the same moment, and the codes of that one work', async () => {
    const person = await organization.as('receptionist');
    const secret = await begin(person);
    const answers = await Promise.all(Array.from({ length: 10 }, () => confirm(person, secret)));
    const winners = answers.filter(({ status }) => status === 200);
    expect(winners).toHaveLength(1);
    for (const { status } of answers) expect([200, 401, 409, 429]).toContain(status);
    const [code = ''] = (winners[0]?.body['recoveryCodes'] ?? []) as string[];
    const challenge = await challengeOf(app(), person.member);
    expect((await answerChallenge(app(), challenge, { method: 'recovery_code', code })).status).toBe(200);
  });

  async function signInWithPending(role: Role): Promise<SignedIn> {
    const member = await withoutFactor(role);
    await begin(await signIn(app(), member));
    return signIn(app(), member);
  }
});

describe('A1.2 removing an authenticator', () => {
  it('is refused where it is the only factor of a role that needs one, which still works', async () => {
    const person = await organization.as('clinician');
    expectProblem(await person.delete('/v1/me/mfa/totp'), 'conflict');
    expect(mails.mailsTo(person.member.email).map(({ subject }) => subject)).not.toContain(
      'A second factor was removed',
    );
    const challenge = await challengeOf(app(), person.member);
    const code = totpCode(String(person.member.totpSecret), clock.now);
    expect((await answerChallenge(app(), challenge, { method: 'totp', code })).status).toBe(200);
  });

  it('A1.6 is possible where the role needs none; the recovery codes go with it, and a mail tells', async () => {
    const person = await organization.as('receptionist');
    const { caller } = await enrolled(person);
    expect((await caller.delete('/v1/me/mfa/totp')).status).toBe(204);
    await mails.waitForMail(person.member.email, { subject: /second factor was removed/ });
    const { email, password, userId } = person.member;
    const answer = await new Caller(app()).post('/v1/auth/login', { email, password });
    expect(answer.body).toHaveProperty('accessToken');
    expect(await app().get(Database).client.recoveryCode.count({ where: { userId } })).toBe(0);
    expect((await caller.delete('/v1/me/mfa/totp')).status).toBe(404);
  });
});
