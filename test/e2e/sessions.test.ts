import { beforeAll, describe, expect, it, vi } from 'vitest';
import { Database } from '../../src/platform/database/index.js';
import { Clock } from '../../src/platform/time/index.js';
import { useApp } from '../support/app.ts';
import { Caller, type Answer } from '../support/caller.ts';
import { TestOrganization, type SignedIn, type Tokens } from '../support/organization.ts';
import { brokenRules, expectProblem, visibleOf } from '../support/problem.ts';

const app = useApp();
let organization: TestOrganization;

beforeAll(async () => {
  organization = await TestOrganization.create(app());
});

function refresh(refreshToken: unknown): Promise<Answer> {
  return new Caller(app()).post('/v1/auth/refresh', { refreshToken });
}

function me(accessToken: unknown): Promise<Answer> {
  return new Caller(app(), String(accessToken)).get('/v1/me');
}

async function expectSessionOver({ accessToken, refreshToken }: Tokens): Promise<void> {
  expectProblem(await me(accessToken), 'unauthenticated');
  expectProblem(await refresh(refreshToken), 'invalid-refresh-token');
}

function later(seconds: number): void {
  vi.spyOn(app().get(Clock), 'now').mockImplementation(() => new Date(Date.now() + seconds * 1000));
}

describe('A13.3 a refresh token', () => {
  it('gives a new pair, of the same session', async () => {
    const clinician = await organization.as('clinician');
    const answer = await refresh(clinician.tokens.refreshToken);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ tokenType: 'Bearer', expiresIn: 300 });
    expect(answer.body['refreshExpiresIn']).toBeGreaterThan(3590);
    expect(answer.body['refreshToken']).not.toBe(clinician.tokens.refreshToken);
    expect((await me(answer.body['accessToken'])).body['id']).toBe(clinician.member.userId);
    // The access token from before lives on: rotation is no revocation.
    expect((await clinician.get('/v1/me')).status).toBe(200);
  });

  it('ends the session when it is used twice: access and refresh tokens of thief and owner alike', async () => {
    const { tokens } = await organization.as('clinician');
    const next = (await refresh(tokens.refreshToken)).body as unknown as Tokens;
    expect((await me(next.accessToken)).status).toBe(200);
    expectProblem(await refresh(tokens.refreshToken), 'invalid-refresh-token');
    await expectSessionOver(next);
    await expectSessionOver(tokens);
  });

  it('ends the session when an older one of the chain is used again', async () => {
    const { tokens } = await organization.as('clinician');
    const second = (await refresh(tokens.refreshToken)).body as unknown as Tokens;
    const third = (await refresh(second.refreshToken)).body as unknown as Tokens;
    expectProblem(await refresh(tokens.refreshToken), 'invalid-refresh-token');
    await expectSessionOver(third);
  });

  it('ends its own session alone', async () => {
    const thief = await organization.as('clinician');
    const bystander = await organization.as('clinician');
    await refresh(thief.tokens.refreshToken);
    await refresh(thief.tokens.refreshToken);
    expect((await bystander.get('/v1/me')).status).toBe(200);
    expect((await refresh(bystander.tokens.refreshToken)).status).toBe(200);
  });

  it('A7.4 wins once when it is used 20 times at the same moment, and the session is over', async () => {
    const { tokens } = await organization.as('clinician');
    const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(tokens.refreshToken)));
    const [winner, ...others] = answers.toSorted((a, b) => a.status - b.status);
    expect(winner?.status).toBe(200);
    for (const loser of others) expectProblem(loser, 'invalid-refresh-token');
    await expectSessionOver(winner?.body as unknown as Tokens);
  });

  it('is refused alike when it is unknown, used, expired, or of a session that has ended', async () => {
    const used = await organization.as('clinician');
    const ended = await organization.as('clinician');
    const expired = await organization.as('clinician');
    await refresh(used.tokens.refreshToken);
    await ended.post('/v1/auth/logout');
    const unknown = await refresh('x'.repeat(43));
    const answers = [unknown, await refresh(used.tokens.refreshToken), await refresh(ended.tokens.refreshToken)];
    later(3601);
    answers.push(await refresh(expired.tokens.refreshToken));
    for (const answer of answers) {
      expectProblem(answer, 'invalid-refresh-token');
      expect(visibleOf(answer)).toEqual(visibleOf(unknown));
    }
  });

  it.each<[string, (person: SignedIn) => Promise<unknown>]>([
    [
      'of a suspended person',
      ({ member }) =>
        app()
          .get(Database)
          .client.user.update({ where: { id: member.userId }, data: { suspendedAt: new Date() } }),
    ],
    [
      'of somebody who is no longer a member',
      ({ member }) =>
        app()
          .get(Database)
          .client.membership.deleteMany({ where: { userId: member.userId } }),
    ],
    [
      'of somebody who is no more',
      ({ member }) =>
        app()
          .get(Database)
          .client.user.delete({ where: { id: member.userId } }),
    ],
  ])('is refused %s', async (_name, happen) => {
    const person = await organization.as('clinician');
    await happen(person);
    expectProblem(await refresh(person.tokens.refreshToken), 'invalid-refresh-token');
  });

  it('works until the session has been idle for an hour, and not a second longer', async () => {
    const { tokens } = await organization.as('clinician');
    later(3590);
    const next = await refresh(tokens.refreshToken);
    expect(next.status).toBe(200);
    later(3590 + 3601);
    expectProblem(await refresh(next.body['refreshToken']), 'invalid-refresh-token');
  });

  it('never reaches beyond a day after the sign-in, however often it is used', async () => {
    let token: unknown = (await organization.as('clinician')).tokens.refreshToken;
    for (let hour = 1; hour <= 24; hour += 1) {
      later(hour * 3590);
      const answer = await refresh(token);
      expect(answer.status).toBe(200);
      token = answer.body['refreshToken'];
    }
    later(86_390);
    const last = await refresh(token);
    expect(last.body['refreshExpiresIn']).toBeLessThanOrEqual(10);
    later(86_401);
    expectProblem(await refresh(last.body['refreshToken']), 'invalid-refresh-token');
  });

  it.each<[string, unknown]>([
    ['missing', undefined],
    ['null', null],
    ['empty', ''],
    ['too short', 'x'.repeat(42)],
    ['too long', 'x'.repeat(44)],
    ['of another alphabet', '='.repeat(43)],
    ['a list', ['x'.repeat(43)]],
    ['an object', { $ne: '' }],
  ])('is a 400 when it is %s', async (_name, value) => {
    const answer = await refresh(value);
    expectProblem(answer, 'validation-failed');
    expect(Object.keys(brokenRules(answer))).toEqual(['#/refreshToken']);
  });

  it('is no access token', async () => {
    const { tokens } = await organization.as('clinician');
    expectProblem(await me(tokens.refreshToken), 'unauthenticated');
  });
});

describe('B13.3 signing out', () => {
  it('answers 204 without a body', async () => {
    const answer = await (await organization.as('patient')).post('/v1/auth/logout');
    expect(answer.status).toBe(204);
    expect(answer.text).toBe('');
  });

  it('ends access and refresh tokens at once', async () => {
    const patient = await organization.as('patient');
    expect((await patient.get('/v1/me')).status).toBe(200);
    await patient.post('/v1/auth/logout');
    await expectSessionOver(patient.tokens);
  });

  it('ends the access tokens of earlier refreshes too', async () => {
    const patient = await organization.as('patient');
    const next = (await refresh(patient.tokens.refreshToken)).body as unknown as Tokens;
    await new Caller(app(), next.accessToken).post('/v1/auth/logout');
    await expectSessionOver(patient.tokens);
  });

  it('is refused without a token, and a second time', async () => {
    expectProblem(await new Caller(app()).post('/v1/auth/logout'), 'unauthenticated');
    const patient = await organization.as('patient');
    await patient.post('/v1/auth/logout');
    expectProblem(await patient.post('/v1/auth/logout'), 'unauthenticated');
  });
});

describe('B13.3 an access token', () => {
  it('is refused once its session is a day old, whatever it says itself', async () => {
    const clinician = await organization.as('clinician');
    expect((await clinician.get('/v1/me')).status).toBe(200);
    const { client } = app().get(Database);
    await client.session.updateMany({
      where: { userId: clinician.member.userId },
      data: { expiresAt: new Date(Date.now() - 1000) },
    });
    await vi.waitFor(async () => expectProblem(await clinician.get('/v1/me'), 'unauthenticated'), { timeout: 1000 });
  });

  it('A13.2 is refused after its end and 5 seconds of tolerance, also when it has been accepted before', async () => {
    const clinician = await organization.as('clinician');
    expect((await clinician.get('/v1/me')).status).toBe(200);
    later(302);
    expect((await clinician.get('/v1/me')).status).toBe(200);
    later(306);
    expectProblem(await clinician.get('/v1/me'), 'unauthenticated');
    expectProblem(await clinician.get('/v1/me'), 'unauthenticated');
  });
});
