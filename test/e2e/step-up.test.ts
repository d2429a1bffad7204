import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../../src/platform/database/index.js';
import { useApp } from '../support/app.ts';
import { Caller, type Answer } from '../support/caller.ts';
import { StoppedClock } from '../support/clock.ts';
import { TestOrganization, type SignedIn } from '../support/organization.ts';
import { brokenRules, expectProblem } from '../support/problem.ts';
import { protectedRoutes, roleFor, urlOf } from '../support/routes.ts';
import { claimsOf, tokensOf, totpCode } from '../support/second-factor.ts';

const app = useApp();
let organization: TestOrganization;
let clock: StoppedClock;

beforeAll(async () => {
  organization = await TestOrganization.create(app());
});

beforeEach(() => {
  clock = new StoppedClock(app());
});

/** A route that asks for a fresh proof and changes little. */
const SENSITIVE = '/v1/me/mfa/recovery-codes';

const expectFresh = (answer: Answer) => expect(answer.body['code'], answer.text).not.toBe('step-up-required');

function expectStale(answer: Answer): void {
  expectProblem(answer, 'step-up-required');
  const challenge = String(answer.headers['www-authenticate']);
  expect(challenge).toContain('error="insufficient_user_authentication"');
  expect(challenge).toMatch(/acr_values="[^"]+"/);
  expect(challenge).toContain('max_age="300"');
}

function withCode(person: SignedIn, caller: Caller = person): Promise<Answer> {
  const code = totpCode(String(person.member.totpSecret), clock.now);
  return caller.post('/v1/auth/step-up', { method: 'totp', code });
}

/** Twice: the second time shows what the first has stored. */
async function refreshed(person: SignedIn): Promise<Caller> {
  let { tokens } = person;
  for (let i = 0; i < 2; i += 1) {
    tokens = tokensOf(await person.post('/v1/auth/refresh', { refreshToken: tokens.refreshToken }));
  }
  return new Caller(app(), tokens.accessToken, person.address);
}

describe('A1.5 a route that asks for a fresh proof', () => {
  it('refuses one that is older than 300 seconds, each of them, and takes the token that a step-up gives', async () => {
    const routes = protectedRoutes(app()).filter(({ isStepUp }) => isStepUp);
    expect(routes.length).toBeGreaterThan(8);
    for (const route of routes) {
      const person = await organization.as(roleFor(route));
      const call = (caller: Caller) => caller.call(route.method, urlOf(route));
      clock.advance(301);
      expectStale(await call(person));
      const answer = await withCode(person);
      expect(answer.status, answer.text).toBe(200);
      expectFresh(await call(new Caller(app(), String(answer.body['accessToken']))));
      // Whoever asks for erasure has no session any more.
      if (`${route.method} ${route.path}` !== 'DELETE /v1/me') expectStale(await call(person));
    }
  });

  it('takes a proof of 300 seconds', async () => {
    const person = await organization.as('clinician');
    clock.advance(300);
    expectFresh(await person.post(SENSITIVE));
    clock.advance(1);
    expectStale(await person.post(SENSITIVE));
  });

  it('is not opened by a refresh', async () => {
    const person = await organization.as('clinician');
    clock.advance(301);
    expectStale(await (await refreshed(person)).post(SENSITIVE));
  });

  it('leaves every other route as it is', async () => {
    const person = await organization.as('clinician');
    clock.advance(301);
    expect((await person.get('/v1/patients')).status).toBe(200);
  });
});

describe('A1.5 a step-up', () => {
  it('gives an access token and nothing else; the session remembers the proof', async () => {
    const person = await organization.as('clinician');
    clock.advance(301);
    const answer = await withCode(person);
    expect(answer.body).toEqual({ tokenType: 'Bearer', accessToken: expect.any(String), expiresIn: 300 });
    const before = claimsOf(person.tokens.accessToken);
    const after = claimsOf(answer.body['accessToken']);
    expect(after).toMatchObject({ sid: before['sid'], org: before['org'], amr: ['pwd', 'mfa', 'otp'] });
    expect(after['auth_time']).toBe(Math.floor(clock.now.getTime() / 1000));
    expectFresh(await (await refreshed(person)).post(SENSITIVE));
  });

  it('does not let the session live longer', async () => {
    const person = await organization.as('clinician');
    const { sid } = claimsOf(person.tokens.accessToken);
    const endOf = () =>
      app()
        .get(Database)
        .client.session.findUnique({ where: { id: String(sid) } });
    const before = await endOf();
    clock.advance(301);
    expect((await withCode(person)).status).toBe(200);
    expect((await endOf())?.expiresAt).toEqual(before?.expiresAt);
  });

  it('A1.2 is not possible with the password alone for somebody who has a second factor', async () => {
    const person = await organization.as('clinician');
    const { password } = person.member;
    const answer = await person.post('/v1/auth/step-up', { password });
    expectProblem(answer, 'validation-failed');
    expect(Object.keys(brokenRules(answer))).toEqual(['#/method']);
    const withoutCode = await person.post('/v1/auth/step-up', { password, method: 'totp' });
    expect(Object.keys(brokenRules(withoutCode))).toEqual(['#/code']);
    const withWrongCode = await person.post('/v1/auth/step-up', { password, method: 'recovery_code', code: 'wrong1' });
    expectProblem(withWrongCode, 'invalid-code');
  });

  it('A1.3 waits after five wrong codes, also with the right one', async () => {
    const person = await organization.as('clinician');
    for (let i = 0; i < 5; i += 1) {
      expectProblem(await person.post('/v1/auth/step-up', { method: 'totp', code: 'wrong1' }), 'invalid-code');
    }
    const answer = await withCode(person, new Caller(app(), person.accessToken));
    expectProblem(answer, 'too-many-attempts');
    expect(answer.headers['retry-after']).toBe('10');
  });

  it('A1.3 waits after five wrong passwords, also with the right one', async () => {
    const person = await organization.as('receptionist');
    const prove = (password: string) => new Caller(app(), person.accessToken).post('/v1/auth/step-up', { password });
    for (let i = 0; i < 5; i += 1) expectProblem(await prove('wrong'), 'invalid-credentials');
    expectProblem(await prove(person.member.password), 'too-many-attempts');
  });

  it('takes the password of somebody who has nothing more', async () => {
    const person = await organization.as('receptionist');
    clock.advance(301);
    expectStale(await person.post('/v1/me/mfa/totp'));
    expectProblem(await person.post('/v1/auth/step-up', {}), 'validation-failed');
    const answer = await person.post('/v1/auth/step-up', { password: person.member.password });
    expect(answer.status, answer.text).toBe(200);
    const fresh = new Caller(app(), String(answer.body['accessToken']));
    expect((await fresh.post('/v1/me/mfa/totp')).status).toBe(201);
  });

  it('A1.2 of another person is refused: their code with my token', async () => {
    const [mine, theirs] = [await organization.as('clinician'), await organization.as('clinician')];
    expectProblem(await withCode(theirs, mine), 'invalid-code');
    const [code] = theirs.member.recoveryCodes;
    expectProblem(await mine.post('/v1/auth/step-up', { method: 'recovery_code', code }), 'invalid-code');
  });

  it('B13.3 of a session that has ended is refused', async () => {
    const person = await organization.as('clinician');
    await person.post('/v1/auth/logout');
    expectProblem(await withCode(person), 'unauthenticated');
  });

  it('A1.2 takes a recovery code, and uses it up', async () => {
    const person = await organization.as('clinician');
    const [code] = person.member.recoveryCodes;
    const prove = () => person.post('/v1/auth/step-up', { method: 'recovery_code', code });
    expect((await prove()).status).toBe(200);
    expectProblem(await prove(), 'invalid-code');
  });
});
