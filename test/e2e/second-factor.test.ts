import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../../src/platform/database/index.js';
import { startApp, useApp } from '../support/app.ts';
import { Caller, type Answer } from '../support/caller.ts';
import { StoppedClock } from '../support/clock.ts';
import { enrol, signIn, TestOrganization, type Member } from '../support/organization.ts';
import { expectProblem } from '../support/problem.ts';
import { answerChallenge, challengeOf, claimsOf, totpCode } from '../support/second-factor.ts';
import { lacksTool } from '../support/tools.ts';

/** Fifty at the same moment wait for ten connections. */
const app = useApp({ DATABASE_POOL_TIMEOUT_MS: '15000' });
let organization: TestOrganization;
let clinician: Member;
let clock: StoppedClock;

beforeAll(async () => {
  organization = await TestOrganization.create(app());
});

beforeEach(async () => {
  clock = new StoppedClock(app());
  clinician = await organization.addMember('clinician');
});

const secretOf = (member: Member) => String(member.totpSecret);
const stepAgo = (steps: number) => new Date(clock.now.getTime() - steps * 30_000);

async function withTotp(code: string, member = clinician, on = app()): Promise<Answer> {
  return answerChallenge(on, await challengeOf(on, member), { method: 'totp', code }, member.address);
}

async function withRecoveryCode(code: unknown, member = clinician): Promise<Answer> {
  const challenge = await challengeOf(app(), member);
  return answerChallenge(app(), challenge, { method: 'recovery_code', code: String(code) }, member.address);
}

describe('A1.2 a sign-in of somebody with a second factor', () => {
  it('gives a challenge and no token, and says how it can be answered', async () => {
    const { email, password } = clinician;
    const answer = await new Caller(app()).post('/v1/auth/login', { email, password });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      mfaRequired: true,
      challengeToken: expect.stringMatching(/^[\w-]{43}$/),
      methods: ['totp', 'recovery_code'],
      expiresIn: 300,
    });
  });

  it('does not offer recovery codes that are used up', async () => {
    await app()
      .get(Database)
      .client.recoveryCode.deleteMany({ where: { userId: clinician.userId } });
    const { email, password } = clinician;
    const answer = await new Caller(app()).post('/v1/auth/login', { email, password });
    expect(answer.body['methods']).toEqual(['totp']);
  });

  it('asks also where the organization is named, and a factor that the role does not need', async () => {
    const receptionist = await enrol(app(), await organization.addMember('receptionist'));
    for (const { email, password } of [clinician, receptionist]) {
      const answer = await new Caller(app()).post('/v1/auth/login', {
        email,
        password,
        organizationId: organization.id,
      });
      expect(answer.body).toMatchObject({ mfaRequired: true });
      expect(answer.body).not.toHaveProperty('accessToken');
    }
  });

  it('goes to the organization that the first step named', async () => {
    const other = await TestOrganization.create(app());
    await other.join(clinician, 'clinician');
    const signedIn = await signIn(app(), clinician, other);
    expect((await signedIn.get('/v1/me')).body['organizationId']).toBe(other.id);
  });
});

describe('A1.2 a one-time password', () => {
  it('signs in, and the access token says so', async () => {
    const answer = await withTotp(totpCode(secretOf(clinician), clock.now));
    expect(answer.status).toBe(200);
    expect(claimsOf(answer.body['accessToken'])['amr']).toEqual(['pwd', 'otp', 'mfa']);
    expect((await new Caller(app(), String(answer.body['accessToken'])).get('/v1/me')).status).toBe(200);
  });

  it.skipIf(lacksTool('oathtool'))('is the one that oathtool computes from the same secret', async () => {
    const at = clock.now
      .toISOString()
      .replace(/\.\d+Z$/, ' UTC')
      .replace('T', ' ');
    const { stdout } = await promisify(execFile)('oathtool', ['--totp', '--now', at, '-b', secretOf(clinician)]);
    expect((await withTotp(stdout.trim())).status).toBe(200);
  });

  it.each([
    ['before', 1],
    ['after', -1],
  ])('is refused in the step %s its own', async (_which, steps) => {
    expectProblem(await withTotp(totpCode(secretOf(clinician), stepAgo(steps))), 'invalid-code');
  });

  it('works once', async () => {
    const code = totpCode(secretOf(clinician), clock.now);
    expect((await withTotp(code)).status).toBe(200);
    expectProblem(await withTotp(code), 'invalid-code');
    clock.advance(30);
    expect((await withTotp(totpCode(secretOf(clinician), clock.now))).status).toBe(200);
  });

  it('that has signed in does not step up, and the other way round', async () => {
    const code = totpCode(secretOf(clinician), clock.now);
    const signedIn = await withTotp(code);
    const caller = new Caller(app(), String(signedIn.body['accessToken']));
    expectProblem(await caller.post('/v1/auth/step-up', { method: 'totp', code }), 'invalid-code');
    clock.advance(30);
    const next = totpCode(secretOf(clinician), clock.now);
    expect((await caller.post('/v1/auth/step-up', { method: 'totp', code: next })).status).toBe(200);
    expectProblem(await withTotp(next), 'invalid-code');
  });

  it('A7.4 signs in once when it answers 10 challenges at the same moment', async () => {
    const code = totpCode(secretOf(clinician), clock.now);
    const challenges: string[] = [];
    for (let i = 0; i < 10; i += 1) challenges.push(await challengeOf(app(), clinician));
    const answers = await Promise.all(
      challenges.map((challenge) => answerChallenge(app(), challenge, { method: 'totp', code })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await liveSessions(clinician)).toBe(1);
  });
});

describe('TOTP_PREVIOUS_STEPS=1', () => {
  let forgiving: NestFastifyApplication;
  beforeAll(async () => {
    forgiving = await startApp({ TOTP_PREVIOUS_STEPS: '1' });
  });
  afterAll(() => forgiving.close());

  it.each([
    [0, 200],
    [1, 200],
    [2, 401],
    [-1, 401],
  ])('a one-time password from %i steps ago is answered with %i', async (steps, status) => {
    clock = new StoppedClock(forgiving);
    expect((await withTotp(totpCode(secretOf(clinician), stepAgo(steps)), clinician, forgiving)).status).toBe(status);
  });

  it('A1.2 does not bring back an older step after a later one', async () => {
    clock = new StoppedClock(forgiving);
    const older = totpCode(secretOf(clinician), stepAgo(1));
    expect((await withTotp(totpCode(secretOf(clinician), clock.now), clinician, forgiving)).status).toBe(200);
    expectProblem(await withTotp(older, clinician, forgiving), 'invalid-code');
  });
});

describe('A1.2 a challenge', () => {
  it('works once, also with another good code', async () => {
    const challenge = await challengeOf(app(), clinician);
    const [first, second] = clinician.recoveryCodes;
    const answer = (code: unknown) =>
      answerChallenge(app(), challenge, { method: 'recovery_code', code: String(code) });
    expect((await answer(first)).status).toBe(200);
    expectProblem(await answer(second), 'invalid-code');
    // The code that came too late is not lost.
    expect((await withRecoveryCode(second)).status).toBe(200);
  });

  it('ends after 300 seconds', async () => {
    const [early, late] = [await challengeOf(app(), clinician), await challengeOf(app(), clinician)];
    clock.advance(299);
    const code = () => totpCode(secretOf(clinician), clock.now);
    expect((await answerChallenge(app(), early, { method: 'totp', code: code() })).status).toBe(200);
    clock.advance(31);
    expectProblem(await answerChallenge(app(), late, { method: 'totp', code: code() }), 'invalid-code');
  });
});

describe('A1.2 recovery codes', () => {
  it('work once each, and are gone then', async () => {
    const { client } = app().get(Database);
    const { recoveryCodes, userId } = clinician;
    expect(recoveryCodes).toHaveLength(10);
    for (const [used, code] of recoveryCodes.entries()) {
      expect((await withRecoveryCode(code)).status).toBe(200);
      expectProblem(await withRecoveryCode(code), 'invalid-code');
      expect(await client.recoveryCode.count({ where: { userId } })).toBe(9 - used);
      // The failure is forgiven: here it is not about guessing.
      clock.advance(16 * 60);
    }
  });

  it('say nothing of one-time passwords in the access token', async () => {
    const answer = await withRecoveryCode(clinician.recoveryCodes[0]);
    expect(claimsOf(answer.body['accessToken'])['amr']).toEqual(['pwd', 'mfa']);
  });

  it.each([
    ['in lower case', (code: string) => code.toLowerCase()],
    ['without hyphens', (code: string) => code.replaceAll('-', '')],
    ['with spaces for hyphens', (code: string) => code.replaceAll('-', ' ')],
  ])('are known when they are typed %s', async (_how, type) => {
    expect((await withRecoveryCode(type(String(clinician.recoveryCodes[0])))).status).toBe(200);
  });

  it('A7.4 leave one session when one of them is used 50 times at the same moment', async () => {
    const [code] = clinician.recoveryCodes;
    const challenges: string[] = [];
    for (let i = 0; i < 50; i += 1) challenges.push(await challengeOf(app(), clinician));
    const answers = await Promise.all(
      challenges.map((challenge) => answerChallenge(app(), challenge, { method: 'recovery_code', code: String(code) })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const { status } of answers) expect([200, 401, 429]).toContain(status);
    expect(await liveSessions(clinician)).toBe(1);
  });

  it('are void after a renewal, and the new ones work', async () => {
    const person = await signIn(app(), clinician);
    const renewed = await person.post('/v1/me/mfa/recovery-codes');
    expect(renewed.status).toBe(201);
    const codes = renewed.body['recoveryCodes'] as string[];
    expect(new Set(codes).size).toBe(10);
    expectProblem(await withRecoveryCode(clinician.recoveryCodes[0]), 'invalid-code');
    expect((await withRecoveryCode(codes[0])).status).toBe(200);
  });

  it('B7.2 are stored hashed, and the secret of the authenticator encrypted', async () => {
    const person = await signIn(app(), clinician);
    const renewed = await person.post('/v1/me/mfa/recovery-codes');
    const [code = ''] = renewed.body['recoveryCodes'] as string[];
    const { client } = app().get(Database);
    const rows = await client.recoveryCode.findMany({ where: { userId: clinician.userId } });
    expect(rows).toHaveLength(10);
    for (const { codeHash } of rows) expect(codeHash).toHaveLength(32);
    const stored = await client.$queryRaw<object[]>`SELECT r::text, t::text AS factor FROM "RecoveryCode" r
      JOIN "TotpFactor" t USING ("userId") WHERE t."userId" = ${clinician.userId}::uuid`;
    const text = JSON.stringify(stored);
    for (const plain of [code, code.replaceAll('-', ''), secretOf(clinician)]) expect(text).not.toContain(plain);
  });
});

async function liveSessions({ userId }: Member): Promise<number> {
  return app()
    .get(Database)
    .client.session.count({ where: { userId, revokedAt: null } });
}
