import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { newApiKey } from '../../src/platform/access/index.js';
import { SecurityEvents, type RecordedEvent } from '../../src/platform/audit/index.js';
import { newId } from '../../src/platform/crypto/index.js';
import { Database } from '../../src/platform/database/index.js';
import { eventOf, pointIds, type PointId } from '../../src/platform/detection/detection-points.js';
import { Program, makeKey } from '../support/api-keys.ts';
import { startApp } from '../support/app.ts';
import { Caller, someAddress, whicheverVersion, type Answer } from '../support/caller.ts';
import { signIn, somePatient, TestOrganization, type Member, type SignedIn } from '../support/organization.ts';

/**
 * Each detection point over HTTP: the third request of its kind makes it fire, and as many of ordinary use do not. In the unit
 * test of the detector signals are made by hand; here it is requests that have to become them.
 */
const THRESHOLD = 3;
const planted = newApiKey('test');
/** Nobody is shut out (test/support/app.ts): the rows must not get in each other's way. */
const settings = {
  DETECTION_THRESHOLDS: pointIds.map((id) => `${id}=${THRESHOLD}/600`).join(),
  DETECTION_HONEY_KEYS: planted.keyId,
};

/** Who does it, newly made for each row, and what it is counted by. */
interface Scene {
  readonly app: NestFastifyApplication;
  readonly clinic: TestOrganization;
  /** Somebody without an account, from one address. */
  readonly stranger: Caller;
  readonly receptionist: SignedIn;
  readonly owner: SignedIn;
  readonly patientId: string;
}

type Act = (scene: Scene, n: number) => Promise<unknown>;
type Subject = 'stranger' | 'receptionist' | 'owner' | 'account' | 'everybody' | 'key';

interface Row {
  readonly subject: Subject;
  /** Once, before the signals. */
  readonly before?: (scene: Scene) => Promise<unknown>;
  /** The n-th signal, from 0. */
  readonly trips: Act;
  /** Ordinary use of the same thing. */
  readonly isNormal: Act;
}

const wrong = 'certainly the wrong one';
const login = (caller: Caller, email: string, password = wrong) => caller.post('/v1/auth/login', { email, password });
const from = ({ app }: Scene, address = someAddress(), token?: string) => new Caller(app, token, address);
const elsewhere = (n: number) => `10.${n + 1}.0.1`;
const list: Act = ({ receptionist }) => receptionist.get('/v1/patients?limit=5');
const alive: Act = ({ stranger }) => stranger.get('/health/live');
const read = ({ patientId }: Scene, caller: Caller) => caller.get(`/v1/patients/${patientId}`);
const create = (caller: Caller, fields: object) => caller.post('/v1/patients', { ...somePatient, ...fields });
const ordinary: Act = ({ receptionist }, n) => create(receptionist, { familyName: `Lovelace ${n}` });
const refresh = ({ app }: Scene, refreshToken: string) => new Caller(app).post('/v1/auth/refresh', { refreshToken });
/** From the same device. */
const refreshHere = ({ receptionist }: Scene, refreshToken: string) =>
  receptionist.post('/v1/auth/refresh', { refreshToken });
const uses = new WeakMap<Scene, string>();
let program: { readonly key: string; readonly id: string };
let suspended: Member;

const GUESSES_AT_ONE: Row = {
  subject: 'account',
  trips: (scene) => login(from(scene), scene.receptionist.member.email),
  isNormal: ({ app, receptionist }) => signIn(app, receptionist.member),
};

const rows: Record<PointId, Row> = {
  RE1: { subject: 'stranger', trips: ({ stranger }) => stranger.call('PUT', '/v1/patients'), isNormal: alive },
  RE2: {
    subject: 'receptionist',
    before: (scene) => list(scene, 0),
    trips: (scene) => from(scene, undefined, scene.receptionist.accessToken).call('PUT', '/v1/patients'),
    isNormal: list,
  },
  RE5: {
    subject: 'receptionist',
    trips: ({ receptionist }) => create(receptionist, { isAdmin: true }),
    isNormal: ordinary,
  },
  RE6: {
    subject: 'receptionist',
    trips: ({ receptionist }) => create(receptionist, { phone: undefined, nationalId: undefined }),
    isNormal: ordinary,
  },
  RE7: {
    subject: 'receptionist',
    trips: ({ receptionist }) => create(receptionist, { givenName: 'x'.repeat(101) }),
    isNormal: ({ receptionist }) => create(receptionist, { givenName: 'x'.repeat(100) }),
  },
  RE8: { subject: 'stranger', trips: ({ stranger }) => stranger.post('/v1/auth/login', '{'), isNormal: alive },
  AE1: {
    subject: 'stranger',
    trips: ({ stranger }, n) => login(stranger, `${newId()}-${n}@test.example`),
    // One account, mistyped.
    isNormal: ({ stranger, receptionist }) => login(stranger, receptionist.member.email),
  },
  AE2: GUESSES_AT_ONE,
  'AE2-SLOW': GUESSES_AT_ONE,
  AE3: {
    subject: 'stranger',
    // Five are free.
    before: async ({ stranger }) => {
      for (let n = 0; n < 5; n += 1) await login(stranger, 'somebody@test.example');
    },
    trips: ({ stranger }) => login(stranger, 'somebody@test.example'),
    isNormal: (scene, n) => login(from(scene), `${newId()}-${n}@test.example`),
  },
  AE12: {
    subject: 'stranger',
    trips: ({ stranger }, n) => login(stranger, `admin@clinic-${n}.example`),
    isNormal: ({ stranger }, n) => login(stranger, `ada@clinic-${n}.example`),
  },
  SE4: {
    subject: 'account',
    trips: async (scene) => {
      const { app, receptionist } = scene;
      const { refreshToken } = (await signIn(app, receptionist.member)).tokens;
      const next = await refresh(scene, refreshToken);
      await refresh(scene, String(next.body['refreshToken']));
      await refresh(scene, refreshToken);
    },
    isNormal: async (scene) => refresh(scene, (await signIn(scene.app, scene.receptionist.member)).tokens.refreshToken),
  },
  SE5: {
    subject: 'receptionist',
    trips: (scene, n) => read(scene, from(scene, elsewhere(n), scene.receptionist.accessToken)),
    // Within one network addresses change.
    isNormal: (scene, n) => read(scene, from(scene, `10.200.${n}.1`, scene.receptionist.accessToken)),
  },
  SE6: {
    subject: 'account',
    before: async (scene) => {
      const { refreshToken } = (await signIn(scene.app, scene.receptionist.member)).tokens;
      uses.set(scene, refreshToken);
      await refreshHere(scene, refreshToken);
    },
    trips: (scene) => refreshHere(scene, uses.get(scene) ?? ''),
    isNormal: async (scene) => {
      const { body } = await refreshHere(scene, uses.get(scene) ?? scene.receptionist.tokens.refreshToken);
      uses.set(scene, String(body['refreshToken']));
    },
  },
  ACE1: {
    subject: 'receptionist',
    trips: ({ receptionist }) => receptionist.get(`/v1/patients/${newId()}`),
    isNormal: (scene) => read(scene, scene.receptionist),
  },
  ACE2: {
    subject: 'receptionist',
    trips: ({ receptionist }) => receptionist.delete(`/v1/patients/${newId()}`, whicheverVersion),
    isNormal: async ({ receptionist }) => {
      const { body } = await create(receptionist, {});
      await receptionist.delete(`/v1/patients/${String(body['id'])}`, whicheverVersion);
    },
  },
  ACE3: { subject: 'receptionist', trips: ({ receptionist }) => receptionist.get('/v1/members'), isNormal: list },
  IE1: {
    subject: 'stranger',
    trips: ({ stranger }) => stranger.get('/v1/auth/%3Cscript%3E'),
    isNormal: ({ receptionist }) => create(receptionist, { address: '<b>12</b> St James Square' }),
  },
  IE2: {
    subject: 'owner',
    trips: ({ owner }) => owner.post('/v1/members/invitations', { email: 'ada@test.example', role: 'root' }),
    isNormal: ({ owner }) => owner.get('/v1/members'),
  },
  IE4: {
    subject: 'stranger',
    trips: ({ stranger }) => stranger.get('/v1/me', { headers: { authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.x' } }),
    isNormal: ({ stranger }) => stranger.get('/v1/me'),
  },
  EE1: {
    subject: 'stranger',
    trips: ({ stranger }) => stranger.get('/v1/patients/%252e%252e'),
    isNormal: ({ stranger }) => stranger.get('/v1/patients/%2e%2e'),
  },
  CIE1: {
    subject: 'stranger',
    trips: ({ stranger }) => stranger.get("/v1/patients?limit=1'%20OR%201=1"),
    isNormal: ({ receptionist }) => create(receptionist, { familyName: "O'Connor; Select" }),
  },
  CIE4: {
    subject: 'stranger',
    trips: ({ stranger }) => stranger.get('/v1/patients/%0d%0aX:1'),
    isNormal: ({ receptionist }) => create(receptionist, { address: '12 St James Square\nLondon' }),
  },
  FIO1: {
    subject: 'stranger',
    trips: ({ stranger }) => stranger.post('/v1/auth/login', 'x'.repeat(102_401)),
    isNormal: ({ stranger }) =>
      stranger.post('/v1/auth/login', { email: 'ada@test.example', password: 'x'.repeat(128) }),
  },
  HT2: { subject: 'stranger', trips: ({ stranger }) => stranger.get('/.env'), isNormal: alive },
  HT3: {
    subject: 'stranger',
    trips: (scene) => new Program(scene.app, planted.key.reveal(), scene.stranger.address).get('/v1/patients'),
    isNormal: (scene) =>
      new Program(scene.app, newApiKey('test').key.reveal(), scene.stranger.address).get('/v1/patients'),
  },
  UT1: {
    subject: 'receptionist',
    // The budget of sign-in is never widened.
    before: async ({ receptionist }) => {
      for (let n = 0; n < 30; n += 1) await receptionist.post('/v1/auth/step-up', {});
    },
    trips: (scene) => from(scene, undefined, scene.receptionist.accessToken).post('/v1/auth/step-up', {}),
    isNormal: list,
  },
  UT2: {
    subject: 'stranger',
    before: async ({ stranger }) => {
      for (let n = 0; n < 60; n += 1) await stranger.post('/v1/auth/refresh', {});
    },
    trips: ({ stranger }) => stranger.post('/v1/auth/refresh', {}),
    isNormal: alive,
  },
  UT4: { subject: 'receptionist', trips: (scene) => read(scene, scene.receptionist), isNormal: ordinary },
  STE1: {
    subject: 'everybody',
    trips: async ({ app, receptionist }) => (await signIn(app, receptionist.member)).post('/v1/auth/logout'),
    isNormal: list,
  },
  STE2: { subject: 'everybody', trips: ({ app, receptionist }) => signIn(app, receptionist.member), isNormal: list },
  STE3: {
    subject: 'everybody',
    trips: (scene, n) => login(from(scene, elsewhere(n)), `${newId()}@test.example`),
    // From one address it is not distributed.
    isNormal: ({ stranger }) => login(stranger, `${newId()}@test.example`),
  },
  RP1: {
    subject: 'receptionist',
    before: async ({ app, clinic, owner }) => {
      const { client } = app.get(Database);
      const rule = { action: 'deny' as const, network: '10.255.0.0/16', note: 'Nobody of ours.' };
      const ids = { id: newId(), organizationId: clinic.id, createdById: owner.member.userId };
      await client.ipRule.create({ data: { ...ids, ...rule }, select: { id: true } });
      const banned = new Caller(app, owner.accessToken, '10.255.0.1');
      await vi.waitFor(async () => expect((await banned.get('/v1/members')).status).toBe(403));
    },
    trips: (scene) => from(scene, '10.255.0.1', scene.receptionist.accessToken).get('/v1/patients'),
    isNormal: list,
  },
  RP2: {
    subject: 'stranger',
    trips: ({ stranger }) => stranger.get('/health/live', { headers: { origin: 'https://evil.example' } }),
    isNormal: ({ stranger }) => stranger.get('/health/live', { headers: { origin: 'http://127.0.0.1:3000' } }),
  },
  'KEY-NETWORKS': {
    subject: 'key',
    trips: (scene, n) => read(scene, new Program(scene.app, program.key, elsewhere(n))),
    isNormal: (scene) => read(scene, new Program(scene.app, program.key, '10.77.0.1')),
  },
  'KEY-REFUSED': {
    subject: 'stranger',
    trips: (scene) =>
      new Program(scene.app, newApiKey('test').key.reveal(), scene.stranger.address).get('/v1/patients'),
    isNormal: (scene) => new Program(scene.app, program.key, scene.stranger.address).get('/v1/patients'),
  },
  SUSPENDED: {
    subject: 'account',
    trips: (scene) => login(from(scene), suspended.email, suspended.password),
    isNormal: ({ app, receptionist }) => signIn(app, receptionist.member),
  },
  SCAN: { subject: 'stranger', trips: ({ stranger }, n) => stranger.get(`/v1/nothing-${n}`), isNormal: alive },
};

/** The detections of an application, as its events tell them. */
const detected: RecordedEvent[] = [];
const table = Object.entries(rows) as [PointId, Row][];
const ofEverybody = table.filter(([, { subject }]) => subject === 'everybody');
let app: NestFastifyApplication;

async function startWatched(): Promise<NestFastifyApplication> {
  const started = await startApp(settings);
  started.get(SecurityEvents).subscribe((event) => event.targetType === 'security-alert' && detected.push(event));
  return started;
}

async function sceneIn(where: NestFastifyApplication): Promise<Scene> {
  const clinic = await TestOrganization.create(where);
  const [receptionist, owner] = [await clinic.as('receptionist'), await clinic.as('owner')];
  const made: Answer = await receptionist.post('/v1/patients', somePatient);
  program = await makeKey(receptionist);
  suspended = await clinic.addMember('receptionist');
  const data = { suspendedAt: new Date() };
  await where.get(Database).client.user.update({ where: { id: suspended.userId }, data, select: { id: true } });
  return { app: where, clinic, receptionist, owner, stranger: new Caller(where), patientId: String(made.body['id']) };
}

function subjectIn(id: PointId, { subject }: Row, { stranger, receptionist, owner }: Scene): string {
  switch (subject) {
    case 'stranger':
      return `${stranger.address}/32`;
    case 'owner':
      return `user:${owner.member.userId}`;
    case 'account':
      return id === 'SUSPENDED' ? suspended.userId : receptionist.member.userId;
    case 'key':
      return `api-key:${program.id}`;
    case 'everybody':
      return subject;
    default:
      return `user:${receptionist.member.userId}`;
  }
}

/** Of this point about this subject, so far. Responses are carried out behind the answer. */
const found = (id: PointId, subject: string) =>
  detected.filter(({ reason, facts }) => reason === id && facts['subject'] === subject);

async function expectToFire(id: PointId, row: Row, scene: Scene): Promise<void> {
  const subject = subjectIn(id, row, scene);
  await row.before?.(scene);
  for (let n = 0; n < THRESHOLD - 1; n += 1) await row.trips(scene, n);
  expect(found(id, subject)).toEqual([]);
  await row.trips(scene, THRESHOLD - 1);
  await vi.waitFor(() => expect(found(id, subject)).toHaveLength(1));
  expect(found(id, subject)[0]).toMatchObject({ name: eventOf(id), outcome: 'failure' });
}

async function expectNotToFire(id: PointId, row: Row, scene: Scene): Promise<void> {
  for (let n = 0; n < THRESHOLD; n += 1) await row.isNormal(scene, n);
  expect(found(id, subjectIn(id, row, scene))).toEqual([]);
}

beforeAll(async () => {
  app = await startWatched();
});
afterAll(() => app.close());

describe('B12.1 a detection point', () => {
  it('is in the table below', () => {
    expect(Object.keys(rows).toSorted()).toEqual(pointIds.toSorted());
  });

  it.each(table.filter((entry) => !ofEverybody.includes(entry)))('%s fires at its third signal', async (id, row) => {
    await expectToFire(id, row, await sceneIn(app));
  });

  it.each(table.filter((entry) => !ofEverybody.includes(entry)))(
    '%s does not fire in ordinary use',
    async (id, row) => {
      await expectNotToFire(id, row, await sceneIn(app));
    },
  );
});

/** Whoever signs in for another row would be counted too: an application of their own, whose people sign in before it looks. */
describe('B12.1 a detection point about everybody', () => {
  it.each(ofEverybody)('%s fires at its third signal, and not before in ordinary use', async (id, row) => {
    detected.length = 0;
    const scene = await sceneIn(app);
    const fresh = await startWatched();
    try {
      const there = { ...scene, app: fresh, stranger: new Caller(fresh) };
      await expectNotToFire(id, row, there);
      await expectToFire(id, row, there);
    } finally {
      await fresh.close();
    }
  });
});
