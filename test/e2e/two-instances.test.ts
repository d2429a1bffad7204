import pg from 'pg';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { roles } from '../../src/roles.js';
import { startApp, useApp } from '../support/app.ts';
import { Caller, type Answer } from '../support/caller.ts';
import { workerDatabase } from '../support/database.ts';
import { TestOrganization, type SignedIn } from '../support/organization.ts';
import { expectProblem } from '../support/problem.ts';

/** Both instances hold the session in memory before anything changes: a change must reach what they remember. */
const first = useApp();
let second: NestFastifyApplication;
let owner: pg.Client;
let organization: TestOrganization;

beforeAll(async () => {
  second = await startApp();
  owner = new pg.Client({ connectionString: (await workerDatabase()).ownerUrl });
  await owner.connect();
  organization = await TestOrganization.create(first());
});

afterAll(async () => {
  await owner.end();
  await second.close();
});

/** Somebody who signed in on the first instance and whom both instances know. */
async function knownToBoth(): Promise<SignedIn> {
  const person = await organization.as('clinician');
  for (const caller of [person, onSecond(person)]) expect((await caller.get('/v1/me')).body['role']).toBe('clinician');
  return person;
}

function onSecond({ accessToken }: SignedIn): Caller {
  return new Caller(second, accessToken);
}

/** Within a second, on both. */
async function expectEventually(person: SignedIn, check: (answer: Answer) => void): Promise<void> {
  for (const caller of [onSecond(person), person]) {
    await vi.waitFor(async () => check(await caller.get('/v1/me')), { timeout: 1000, interval: 10 });
  }
}

const isRefused = (answer: Answer) => expectProblem(answer, 'unauthenticated');

describe('B13.3 two instances on one database', () => {
  it('accept the tokens of each other', async () => {
    const person = await knownToBoth();
    const answer = await new Caller(second).post('/v1/auth/refresh', { refreshToken: person.tokens.refreshToken });
    expect(answer.status).toBe(200);
    expect((await new Caller(first(), String(answer.body['accessToken'])).get('/v1/me')).status).toBe(200);
  });

  it('both refuse a session that has signed out on the other', async () => {
    const person = await knownToBoth();
    expect((await onSecond(person).post('/v1/auth/logout')).status).toBe(204);
    await expectEventually(person, isRefused);
  });

  it('both refuse a session whose refresh token was used twice, once on each', async () => {
    const person = await knownToBoth();
    const { refreshToken } = person.tokens;
    await new Caller(first()).post('/v1/auth/refresh', { refreshToken });
    expectProblem(await new Caller(second).post('/v1/auth/refresh', { refreshToken }), 'invalid-refresh-token');
    await expectEventually(person, isRefused);
  });

  it('A7.4 let one of many parallel refreshes win, whichever they reach', async () => {
    const { tokens } = await knownToBoth();
    const answers = await Promise.all(
      Array.from({ length: 16 }, (_, i) =>
        new Caller(i % 2 === 0 ? first() : second).post('/v1/auth/refresh', { refreshToken: tokens.refreshToken }),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it.each([
    ['the person is suspended', 'UPDATE "User" SET "suspendedAt" = now() WHERE id = $1'],
    ['the person is deleted', 'DELETE FROM "User" WHERE id = $1'],
    ['the membership is removed', 'DELETE FROM "Membership" WHERE "userId" = $1'],
    ['the session is revoked', 'UPDATE "Session" SET "revokedAt" = now() WHERE "userId" = $1'],
    ['the session is deleted', 'DELETE FROM "Session" WHERE "userId" = $1'],
    [
      'the session is cut short',
      'UPDATE "Session" SET "expiresAt" = now() - interval \'1 second\' WHERE "userId" = $1',
    ],
  ])('refuse the access token within a second after %s', async (_name, sql) => {
    const person = await knownToBoth();
    await owner.query(sql, [person.member.userId]);
    await expectEventually(person, isRefused);
  });

  it('refuse every session of an organization that is deleted', async () => {
    const { organization: doomed, person } = await inAnOrganizationOfTheirOwn();
    await owner.query('DELETE FROM "Organization" WHERE id = $1', [doomed.id]);
    await expectEventually(person, isRefused);
  });

  it('give the access token the rights of the new role within a second', async () => {
    const person = await knownToBoth();
    expect((await onSecond(person).get('/v1/patients')).status).toBe(200);
    await owner.query(`UPDATE "Membership" SET role = 'auditor' WHERE "userId" = $1`, [person.member.userId]);
    await expectEventually(person, ({ body }) =>
      expect(body).toMatchObject({ role: 'auditor', permissions: roles.auditor.permissions }),
    );
    for (const caller of [person, onSecond(person)]) expectProblem(await caller.get('/v1/patients'), 'forbidden');
  });

  it('leave everybody else signed in', async () => {
    const [bystander, person] = await Promise.all([knownToBoth(), knownToBoth()]);
    await owner.query('UPDATE "User" SET "suspendedAt" = now() WHERE id = $1', [person.member.userId]);
    await expectEventually(person, isRefused);
    for (const caller of [bystander, onSecond(bystander)]) expect((await caller.get('/v1/me')).status).toBe(200);
  });

  it('forget what they know when a notification cannot be read', async () => {
    const person = await knownToBoth();
    await owner.query(`SELECT pg_notify('access_changed', 'nonsense')`);
    for (const caller of [person, onSecond(person)]) expect((await caller.get('/v1/me')).status).toBe(200);
    await owner.query('UPDATE "Session" SET "revokedAt" = now() WHERE "userId" = $1', [person.member.userId]);
    await expectEventually(person, isRefused);
  });
});

async function inAnOrganizationOfTheirOwn() {
  const doomed = await TestOrganization.create(first());
  const person = await doomed.as('clinician');
  for (const caller of [person, onSecond(person)]) expect((await caller.get('/v1/me')).status).toBe(200);
  return { organization: doomed, person };
}
