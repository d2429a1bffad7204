import { createServer } from 'node:net';
import { once } from 'node:events';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { DatabaseNotifications } from '../../src/platform/database/index.js';
import { ManagementListener } from '../../src/platform/health/index.js';
import { StartRefused } from '../../src/platform/process/index.js';
import { startApp } from '../support/app.ts';
import { Caller, type Answer } from '../support/caller.ts';
import { workerDatabase } from '../support/database.ts';
import { somePatient, TestOrganization, type SignedIn } from '../support/organization.ts';
import { expectProblem } from '../support/problem.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';

const LINE = 'rampart-notifications';
let app: NestFastifyApplication;
let proxy: TcpProxy;
let owner: pg.Client;
let organization: TestOrganization;
let management: string;

beforeAll(async () => {
  const { serverUrl, ownerUrl } = await workerDatabase();
  proxy = await TcpProxy.before(serverUrl);
  app = await startApp({
    DATABASE_URL: proxy.url,
    DATABASE_POOL_SIZE: '4',
    DATABASE_POOL_TIMEOUT_MS: '1000',
    DATABASE_STATEMENT_TIMEOUT_MS: '500',
  });
  management = await app.get(ManagementListener).listen();
  owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  organization = await TestOrganization.create(app);
});

afterEach(() => {
  proxy.restore();
  return vi.waitUntil(isListening, { timeout: 5000 });
});

afterAll(async () => {
  await app.close();
  await owner.end();
  proxy.close();
});

const isListening = () => app.get(DatabaseNotifications).isListening;

function revokeBehindItsBack({ member }: SignedIn): Promise<unknown> {
  return owner.query('UPDATE "Session" SET "revokedAt" = now() WHERE "userId" = $1', [member.userId]);
}

function refresh({ tokens }: SignedIn): Promise<Answer> {
  return new Caller(app).post('/v1/auth/refresh', { refreshToken: tokens.refreshToken });
}

function expectUnavailable(answer: Answer): void {
  expectProblem(answer, 'service-unavailable');
  expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/);
}

describe('a database that is away at boot', () => {
  async function refusal(url: string): Promise<unknown> {
    return startApp({ DATABASE_URL: url, DATABASE_POOL_TIMEOUT_MS: '300' }).catch((error: unknown) => error);
  }

  it('refuses the start with one line that says so, and no secret', async () => {
    const error = await refusal('postgresql://somebody:s3cret-word@127.0.0.1:1/nowhere'); // secretlint-disable-line -- an example
    expect(error).toBeInstanceOf(StartRefused);
    const { message } = error as Error;
    expect(message).toMatch(/^The database of DATABASE_URL cannot be used: .+\.$/);
    expect(message).not.toContain('\n');
    expect(message).not.toContain('s3cret-word');
  });

  it.each([
    ['a password that is wrong', (url: URL) => (url.password = 's3cret-word')],
    ['a database that does not exist', (url: URL) => (url.pathname = '/nowhere')],
  ])('refuses the start for %s', async (_name, alter) => {
    const url = new URL((await workerDatabase()).serverUrl);
    alter(url);
    const error = await refusal(url.href);
    expect(error).toBeInstanceOf(StartRefused);
    expect(String(error)).not.toContain('s3cret-word');
  });

  it('refuses the start for a server that never answers, within the time limit', async () => {
    const mute = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const { port } = mute.address() as { port: number };
    expect(await refusal(`postgresql://a:b@127.0.0.1:${port}/c`)).toBeInstanceOf(StartRefused);
    mute.close();
  });
});

describe('A7.2 a database that goes away', () => {
  it('makes every call that needs it a 503 with Retry-After, and comes back without a restart', async () => {
    const clinician = await organization.as('clinician');
    const { body } = await clinician.post('/v1/patients', somePatient);
    const patient = `/v1/patients/${String(body['id'])}`;
    const { email, password } = clinician.member;
    const calls: Record<string, () => Promise<Answer>> = {
      'a read': () => clinician.get(patient),
      'a list': () => clinician.get('/v1/patients'),
      'the own profile': () => clinician.get('/v1/me'),
      'a creation': () => clinician.post('/v1/patients', somePatient),
      'a change': () => clinician.patch(patient, { givenName: 'Grace' }),
      'a sign-in': () => new Caller(app).post('/v1/auth/login', { email, password }),
      'a sign-in of nobody': () => new Caller(app).post('/v1/auth/login', { email: 'no@body.example', password }),
      'a refresh': () => refresh(clinician),
      'a sign-out': () => clinician.post('/v1/auth/logout'),
    };
    proxy.cut();
    for (const call of Object.values(calls)) expectUnavailable(await call());
    expect((await new Caller(app).get('/health/live')).status).toBe(200);
    expect((await fetch(`${management}/health/ready`)).status).toBe(503);

    proxy.restore();
    await vi.waitFor(async () => expect((await clinician.get(patient)).status).toBe(200), { timeout: 5000 });
    // What failed has not happened by halves: the patient is as before, the refresh token still good.
    expect((await clinician.get(patient)).body).toMatchObject({ givenName: somePatient.givenName });
    expect((await refresh(clinician)).status).toBe(200);
    expect((await fetch(`${management}/health/ready`)).status).toBe(200);
  });

  // The time limit of the test is the point: a request must not wait for a connection that nobody will end.
  it('is silent, as behind a network that drops packets: 503 within seconds', { timeout: 6000 }, async () => {
    const clinician = await organization.as('clinician');
    await clinician.get('/v1/me');
    proxy.freeze();
    expectUnavailable(await clinician.get('/v1/patients'));
    proxy.restore();
    await vi.waitFor(async () => expect((await clinician.get('/v1/patients')).status).toBe(200), { timeout: 5000 });
  });

  it('B6.5 is busy: a statement that takes too long and a caller who waits for a connection get a 503', async () => {
    const clinician = await organization.as('clinician');
    await clinician.get('/v1/me');
    await owner.query('BEGIN');
    try {
      await owner.query('LOCK TABLE "Patient", "RefreshToken" IN ACCESS EXCLUSIVE MODE');
      const answers = await Promise.all([
        ...Array.from({ length: 12 }, () => clinician.get('/v1/patients')),
        ...Array.from({ length: 4 }, () => refresh(clinician)),
      ]);
      for (const answer of answers) expectUnavailable(answer);
    } finally {
      await owner.query('ROLLBACK');
    }
    expect((await clinician.get('/v1/patients')).status).toBe(200);
    expect((await refresh(clinician)).status).toBe(200);
  });
});

describe('B13.3 while the line for notifications is down', () => {
  it('a revoked session is refused at once: the cache is not asked', async () => {
    const clinician = await organization.as('clinician');
    expect((await clinician.get('/v1/me')).status).toBe(200);
    proxy.cut(LINE);
    await vi.waitUntil(() => !isListening(), { timeout: 1000 });
    expect((await clinician.get('/v1/me')).status).toBe(200);
    await revokeBehindItsBack(clinician);
    expectProblem(await clinician.get('/v1/me'), 'unauthenticated');
  });

  it('what changes meanwhile is known when it is back', async () => {
    const clinician = await organization.as('clinician');
    expect((await clinician.get('/v1/me')).status).toBe(200);
    proxy.cut(LINE);
    await vi.waitUntil(() => !isListening(), { timeout: 1000 });
    await revokeBehindItsBack(clinician);
    proxy.restore();
    await vi.waitUntil(isListening, { timeout: 5000 });
    expectProblem(await clinician.get('/v1/me'), 'unauthenticated');
  });

  it('and up again, a change is told as before', async () => {
    const clinician = await organization.as('clinician');
    expect((await clinician.get('/v1/me')).status).toBe(200);
    await revokeBehindItsBack(clinician);
    await vi.waitFor(async () => expectProblem(await clinician.get('/v1/me'), 'unauthenticated'), { timeout: 1000 });
  });

  it('and nobody says so, as behind a firewall that drops packets: a revoked session is refused within seconds', async () => {
    const clinician = await organization.as('clinician');
    expect((await clinician.get('/v1/me')).status).toBe(200);
    proxy.freeze(LINE);
    await revokeBehindItsBack(clinician);
    await vi.waitFor(async () => expectProblem(await clinician.get('/v1/me'), 'unauthenticated'), { timeout: 4000 });
    proxy.letNewOnesThrough();
    await vi.waitUntil(isListening, { timeout: 5000 });
  });
});
