import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { newApiKey } from '../../src/platform/access/index.js';
import { newId } from '../../src/platform/crypto/index.js';
import { startApp, useApp } from '../support/app.ts';
import { Caller, someAddress, type Answer } from '../support/caller.ts';
import { asOwner } from '../integration/open-database.ts';
import { StoppedClock } from '../support/clock.ts';
import { signIn, TestOrganization, type SignedIn } from '../support/organization.ts';
import { expectProblem } from '../support/problem.ts';

/** Low enough to be reached in a test, each on its own. */
const THRESHOLDS =
  'SCAN=5/600,HT2=2/600,CIE1=2/600,IE1=2/600,ACE1=4/600,ACE2=3/600,ACE3=4/600,RE5=3/600,RE1=3/600,AE1=3/600,AE2=3/600,KEY-REFUSED=3/600,KEY-NETWORKS=3/600,SUSPENDED=1/600';
const NEVER = '198.51.100.0/24';
const settings = { DETECTION_THRESHOLDS: THRESHOLDS, DETECTION_NEVER_BLOCK: NEVER };

const app = useApp(settings);
let second: NestFastifyApplication;
let clinic: TestOrganization;
beforeAll(async () => {
  second = await startApp(settings);
});
afterAll(() => second.close());
afterEach(() => vi.restoreAllMocks());
beforeEach(async () => {
  clinic = await TestOrganization.create(app());
});

const nobody = (address = someAddress()) => new Caller(app(), undefined, address);

async function repeat(times: number, call: (n: number) => Promise<Answer>): Promise<void> {
  for (let n = 0; n < times; n += 1) await call(n);
}

const isBlocked = async (caller: Caller, url = '/health/live') =>
  (await caller.get(url)).body['code'] === 'temporarily-blocked';
const measuresOn = (subject: string) =>
  asOwner<{ kind: string; point: string }>('SELECT kind, point FROM "SecurityMeasure" WHERE subject = $1', [subject]);
const alertsOf = async (reader: Caller) =>
  ((await reader.get('/v1/security/alerts')).body['items'] ?? []) as Record<string, unknown>[];

describe('B12.1 somebody who looks for what is there', () => {
  it.each([
    ['paths that no route has', 5, (n: number) => `/v1/nothing-${n}`],
    ['traps', 2, (n: number) => ['/.env', '/wp-login.php'][n] ?? ''],
    ['SQL in addresses', 2, () => "/v1/patients?limit=1'%20OR%201=1"],
    ['scripts in addresses', 2, () => '/v1/auth/%3Cscript%3E'],
  ])('by %s is blocked, on every instance, and for everything', async (_what, times, urlOf) => {
    const stranger = nobody();
    await repeat(times - 1, (n) => stranger.get(urlOf(n)));
    expect(await isBlocked(stranger)).toBe(false);
    await stranger.get(urlOf(times - 1));
    await vi.waitFor(async () => expect(await isBlocked(stranger)).toBe(true));
    const refused = await stranger.post('/v1/auth/login', { email: 'a@b.example', password: 'x'.repeat(20) });
    expectProblem(refused, 'temporarily-blocked');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(800);
    await vi.waitFor(async () => expect(await isBlocked(new Caller(second, undefined, stranger.address))).toBe(true));
    expect(await isBlocked(nobody())).toBe(false);
  });

  it('is slowed down, not shut out, where several people work from the same address', async () => {
    const address = someAddress();
    for (const role of ['receptionist', 'patient'] as const) {
      const member = await clinic.addMember(role);
      await signIn(app(), { ...member, address });
    }
    await repeat(5, (n) => nobody(address).get(`/v1/nothing-${n}`));
    await vi.waitFor(async () =>
      expect(await measuresOn(`${address}/32`)).toEqual([{ kind: 'slow-down', point: 'SCAN' }]),
    );
    expect(await isBlocked(nobody(address))).toBe(false);
  });

  it('is left alone where the operator says so', async () => {
    const monitor = nobody('198.51.100.7');
    await repeat(6, (n) => monitor.get(`/v1/nothing-${n}`));
    await vi.waitFor(async () =>
      expect(await asOwner('SELECT reactions FROM "SecurityAlert" WHERE subject = $1', ['198.51.100.7/32'])).toEqual([
        { reactions: [] },
      ]),
    );
    expect(await isBlocked(monitor)).toBe(false);
  });
});

describe('B12.1 somebody who is signed in', () => {
  let owner: SignedIn;
  beforeEach(async () => {
    owner = await clinic.as('owner');
  });

  it('and walks through ids is slowed down, and the owners see why', async () => {
    const receptionist = await clinic.as('receptionist');
    await repeat(4, () => receptionist.get(`/v1/patients/${newId()}`));
    await vi.waitFor(async () =>
      expect(await alertsOf(owner)).toEqual([
        expect.objectContaining({
          point: 'ACE1',
          severity: 'medium',
          count: 4,
          subject: `user:${receptionist.member.userId}`,
          reactions: ['slow-down'],
        }),
      ]),
    );
    const other = await (await TestOrganization.create(app())).as('owner');
    expect(await alertsOf(other)).toEqual([]);
  });

  it('and changes what is not theirs has to prove again who they are', async () => {
    const clock = new StoppedClock(app());
    const receptionist = await clinic.as('receptionist');
    clock.advance(2);
    await repeat(3, () => receptionist.delete(`/v1/patients/${newId()}`));
    await vi.waitFor(async () => expectProblem(await receptionist.get('/v1/patients'), 'step-up-required'));
    expect((await receptionist.get('/v1/me')).status).toBe(200);
    const { password } = receptionist.member;
    clock.advance(2);
    const proved = await receptionist.post('/v1/auth/step-up', { password });
    const again = new Caller(app(), String(proved.body['accessToken']), receptionist.address);
    expect((await again.get('/v1/patients')).status).toBe(200);
  });

  it('and tries every door loses the session', async () => {
    const receptionist = await clinic.as('receptionist');
    await repeat(4, () => receptionist.get('/v1/members'));
    await vi.waitFor(async () => expectProblem(await receptionist.get('/v1/me'), 'unauthenticated'));
  });

  it('is let in again by an owner, at once and everywhere', async () => {
    const receptionist = await clinic.as('receptionist');
    const program = `user:${receptionist.member.userId}`;
    await asOwner(
      `INSERT INTO "SecurityMeasure" VALUES ($1, $2, $3, 'block', 'ACE1', now(), now() + interval '1 hour', NULL, NULL)`,
      [newId(), clinic.id, program],
    );
    await vi.waitFor(async () => expectProblem(await receptionist.get('/v1/me'), 'temporarily-blocked'));
    const { items } = (await owner.get('/v1/security/measures')).body as { items: { id: string; subject: string }[] };
    expect(items).toEqual([expect.objectContaining({ subject: program, kind: 'block' })]);
    const stranger = await (await TestOrganization.create(app())).as('owner');
    expectProblem(await stranger.delete(`/v1/security/measures/${items[0]?.id}`), 'not-found');
    expect((await owner.delete(`/v1/security/measures/${items[0]?.id}`)).status).toBe(204);
    expect((await receptionist.get('/v1/me')).status).toBe(200);
    const trail = await asOwner('SELECT "actorId", reason, changes FROM "AuditEvent" WHERE "targetIds" = $1', [
      [items[0]?.id],
    ]);
    const changes = { measure: { from: 'block', to: null } };
    expect(trail).toEqual([{ actorId: owner.member.userId, reason: 'measure-lifted', changes }]);
    expectProblem(await owner.delete(`/v1/security/measures/${items[0]?.id}`), 'not-found');
    const elsewhere = new Caller(second, receptionist.accessToken, receptionist.address);
    await vi.waitFor(async () => expect((await elsewhere.get('/v1/me')).status).toBe(200));
  });
});

describe('B12.1 somebody who guesses', () => {
  const wrong = 'certainly the wrong one';
  const guess = (email: string, caller: Caller) => caller.post('/v1/auth/login', { email, password: wrong });

  it('at passwords of many accounts is blocked, whether or not there are any', async () => {
    const stranger = nobody();
    await repeat(3, (n) => guess(`${newId()}-${n}@test.example`, stranger));
    await vi.waitFor(async () => expect(await isBlocked(stranger)).toBe(true));
  });

  it('at one account is seen by its owners, and the account stays open', async () => {
    const owner = await clinic.as('owner');
    const victim = await clinic.addMember('receptionist');
    await repeat(3, () => guess(victim.email, nobody()));
    await vi.waitFor(async () =>
      expect(await alertsOf(owner)).toEqual([
        expect.objectContaining({ point: 'AE2', subject: victim.userId, reactions: [] }),
      ]),
    );
  });

  it('at keys is slowed down', async () => {
    const stranger = nobody();
    const key = newApiKey('test').key.reveal();
    await repeat(3, () => stranger.get('/v1/patients', { headers: { authorization: `ApiKey ${key}` } }));
    await vi.waitFor(async () =>
      expect(await measuresOn(`${stranger.address}/32`)).toEqual([{ kind: 'slow-down', point: 'KEY-REFUSED' }]),
    );
  });

  it('with a refresh token that was used before is noticed at once', async () => {
    const owner = await clinic.as('owner');
    const receptionist = await clinic.as('receptionist');
    const { refreshToken } = receptionist.tokens;
    await receptionist.post('/v1/auth/refresh', { refreshToken });
    await nobody().post('/v1/auth/refresh', { refreshToken });
    await vi.waitFor(async () =>
      expect(await alertsOf(owner)).toEqual([expect.objectContaining({ point: 'SE4', severity: 'high' })]),
    );
  });
});
