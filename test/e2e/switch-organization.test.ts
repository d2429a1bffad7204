import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../src/platform/crypto/index.js';
import { Database } from '../../src/platform/database/index.js';
import { useApp } from '../support/app.ts';
import { Caller, type Answer } from '../support/caller.ts';
import { StoppedClock } from '../support/clock.ts';
import { signIn, TestOrganization, type SignedIn, type Tokens } from '../support/organization.ts';
import { expectProblem, visibleOf } from '../support/problem.ts';
import { claimsOf, tokensOf, totpCode } from '../support/second-factor.ts';

const app = useApp();
let here: TestOrganization;
let there: TestOrganization;
let clock: StoppedClock;

beforeAll(async () => {
  here = await TestOrganization.create(app());
  there = await TestOrganization.create(app());
});

beforeEach(() => {
  clock = new StoppedClock(app());
});

/** Signed in here, and a member there too. */
async function memberOfBoth(role: 'clinician' | 'receptionist' = 'clinician', roleThere = role): Promise<SignedIn> {
  const member = await here.addMember(role);
  await there.join(member, roleThere);
  return signIn(app(), member, here);
}

function goTo(organizationId: string, { accessToken }: Pick<Tokens, 'accessToken'>): Promise<Answer> {
  return new Caller(app(), accessToken).post('/v1/auth/switch-organization', { organizationId });
}

function refresh(refreshToken: string): Promise<Answer> {
  return new Caller(app()).post('/v1/auth/refresh', { refreshToken });
}

const me = (accessToken: unknown) => new Caller(app(), String(accessToken)).get('/v1/me');

function liveSessions({ member }: SignedIn): Promise<number> {
  const where = { userId: member.userId, revokedAt: null };
  return app().get(Database).client.session.count({ where });
}

describe('switching to another organization', () => {
  it('A1.2 opens a session there with the same proof', async () => {
    const person = await memberOfBoth();
    clock.advance(60);
    const answer = await goTo(there.id, person.tokens);
    expect(answer.status, answer.text).toBe(200);
    const [before, after] = [claimsOf(person.tokens.accessToken), claimsOf(answer.body['accessToken'])];
    const { amr, auth_time: authTime, sub } = before;
    expect(after).toMatchObject({ amr, auth_time: authTime, sub, org: there.id });
    expect(after['sid']).not.toBe(before['sid']);
    expect((await me(answer.body['accessToken'])).body['organizationId']).toBe(there.id);
  });

  it('B13.3 ends the session here, access and refresh', async () => {
    const person = await memberOfBoth();
    await goTo(there.id, person.tokens);
    expectProblem(await person.get('/v1/me'), 'unauthenticated');
    expectProblem(await refresh(person.tokens.refreshToken), 'invalid-refresh-token');
    expect(await liveSessions(person)).toBe(1);
  });

  it('is refused alike where one is no member and where there is nothing, and the session goes on', async () => {
    const person = await memberOfBoth();
    const foreign = await TestOrganization.create(app());
    const [absent, closed] = [await goTo(newId(), person.tokens), await goTo(foreign.id, person.tokens)];
    expectProblem(closed, 'forbidden');
    expect(visibleOf(absent)).toEqual(visibleOf(closed));
    expect((await person.get('/v1/me')).status).toBe(200);
  });

  it('A7.4 happens once when it is asked for 10 times at the same moment', async () => {
    const person = await memberOfBoth();
    const answers = await Promise.all(Array.from({ length: 10 }, () => goTo(there.id, person.tokens)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await liveSessions(person)).toBe(1);
  });
});

describe('A13.3 a session does not live longer', () => {
  it('by going back and forth', async () => {
    let tokens: Tokens = (await memberOfBoth()).tokens;
    for (let hour = 0; hour < 24; hour += 1) {
      clock.advance(3590);
      tokens = tokensOf(await refresh(tokens.refreshToken));
      tokens = tokensOf(await goTo(hour % 2 === 0 ? there.id : here.id, tokens));
    }
    clock.advance(240);
    expectProblem(await refresh(tokens.refreshToken), 'invalid-refresh-token');
    expectProblem(await me(tokens.accessToken), 'unauthenticated');
  });

  it('by a step-up in between', async () => {
    const person = await memberOfBoth();
    clock.advance(290);
    const code = totpCode(String(person.member.totpSecret), clock.now);
    const fresh = await person.post('/v1/auth/step-up', { method: 'totp', code });
    await goTo(there.id, { accessToken: String(fresh.body['accessToken']) });
    const { client } = app().get(Database);
    const sessions = await client.session.findMany({ where: { userId: person.member.userId } });
    expect(sessions).toHaveLength(2);
    expect(sessions[0]?.expiresAt).toEqual(sessions[1]?.expiresAt);
  });

  it('A1.5 nor becomes fresh: the stale token of a session that has been proved again stays stale', async () => {
    const person = await memberOfBoth();
    clock.advance(301);
    const code = totpCode(String(person.member.totpSecret), clock.now);
    expect((await person.post('/v1/auth/step-up', { method: 'totp', code })).status).toBe(200);
    const answer = await goTo(there.id, person.tokens);
    const moved = new Caller(app(), String(answer.body['accessToken']));
    expectProblem(await moved.post('/v1/me/mfa/recovery-codes'), 'step-up-required');
  });
});

describe('A1.2 the second factor', () => {
  it('is asked for where the role needs one, when the one here does not', async () => {
    const person = await memberOfBoth('receptionist', 'clinician');
    const answer = await goTo(there.id, person.tokens);
    expect(answer.status).toBe(200);
    expectProblem(await me(answer.body['accessToken']), 'second-factor-required');
    const { refreshToken } = tokensOf(answer);
    const refreshed = tokensOf(await refresh(refreshToken));
    expectProblem(await me(refreshed.accessToken), 'second-factor-required');
    expectProblem(await goTo(here.id, refreshed), 'second-factor-required');
  });

  it('is not shed with a token from before it: the session would be one without', async () => {
    const person = await memberOfBoth('receptionist');
    const begun = await person.post('/v1/me/mfa/totp');
    const code = totpCode(String(begun.body['secret']), clock.now);
    const enrolled = await person.post('/v1/me/mfa/totp/confirm', { code });
    expect(enrolled.status, enrolled.text).toBe(200);
    expectProblem(await goTo(there.id, person.tokens), 'unauthenticated');
    const answer = await goTo(there.id, { accessToken: String(enrolled.body['accessToken']) });
    expect(claimsOf(answer.body['accessToken'])['amr']).toEqual(['pwd', 'otp', 'mfa']);
  });
});
