import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Database } from '../../src/platform/database/index.js';
import { DeprecatedUses } from '../../src/platform/lifecycle/index.js';
import { RouteUses } from '../../src/platform/lifecycle/route-uses.js';
import { CompletenessCheck } from '../../src/platform/pipeline/index.js';
import { roles } from '../../src/roles.js';
import { asOwner } from '../integration/open-database.ts';
import { openClinic, roleNames, type Clinic } from '../support/access-world.ts';
import { makeKey, Program } from '../support/api-keys.ts';
import { useApp } from '../support/app.ts';
import { Caller, type Answer } from '../support/caller.ts';
import { workerDatabase } from '../support/database.ts';
import { StoppedClock } from '../support/clock.ts';
import { signIn, type SignedIn } from '../support/organization.ts';
import { expectProblem } from '../support/problem.ts';

const app = useApp({ PUBLIC_URL: 'https://api.example.com' });
let clinic: Clinic;

beforeAll(async () => {
  clinic = await openClinic(app());
});

const headersOf = ({ headers: { deprecation, sunset, link } }: Answer) => ({ deprecation, sunset, link });
const declared = () =>
  app()
    .get(CompletenessCheck)
    .routes()
    .flatMap((route) => (route.deprecation === undefined ? [] : [{ ...route, deprecation: route.deprecation }]));

afterEach(() => vi.restoreAllMocks());

// docs/recipes/deprecate-a-version.md says what is done here.
describe('B17.3 a deprecated version', () => {
  it('says since when, until when and what replaces it, on reads and on writes', async () => {
    const { clinician } = clinic.people;
    const expected = {
      deprecation: `@${Date.parse('2026-11-26T00:00:00Z') / 1000}`,
      sunset: 'Thu, 30 Nov 2028 00:00:00 GMT',
      link:
        '<https://api.example.com/deprecations>; rel="deprecation", ' +
        '<https://api.example.com/deprecations>; rel="sunset", ' +
        '<https://api.example.com/v2/patients>; rel="successor-version"',
    };
    const { patientId } = clinic;
    expect(headersOf(await clinician.get('/v1/patients'))).toEqual(expected);
    expect(headersOf(await clinician.get(`/v1/patients/${patientId}`))).toEqual(expected);
    expect(headersOf(await clinician.patch(`/v1/patients/${patientId}`, { givenName: 'Ada' }))).toEqual(expected);
  });

  it('says so when the handler fails as well', async () => {
    const answer = await clinic.people.clinician.get('/v1/patients/00000000-0000-4000-8000-000000000000');
    expectProblem(answer, 'not-found');
    expect(answer.headers['sunset']).toBe('Thu, 30 Nov 2028 00:00:00 GMT');
  });

  it('says nothing on what is not deprecated', async () => {
    const { clinician } = clinic.people;
    for (const url of ['/v2/patients', '/v1/me', `/v1/patients/${clinic.patientId}/records`]) {
      const nothing = { deprecation: undefined, sunset: undefined, link: undefined };
      expect(headersOf(await clinician.get(url)), url).toEqual(nothing);
    }
  });

  it('has nothing of a request in its headers', async () => {
    const answer = await clinic.people.clinician.get('/v1/patients/%22%3E%3B%0d%0aX-Evil:1?fields=id');
    expect(String(answer.headers['link'])).not.toMatch(/evil|%|\?/i);
    expect(answer.headers).not.toHaveProperty('x-evil');
  });

  it('is explained on the page that it links to', async () => {
    const { status, body } = await new Caller(app()).get('/deprecations');
    expect(status).toBe(200);
    expect(body['items']).toHaveLength(declared().length);
    expect(body['items']).toContainEqual({
      method: 'GET',
      path: '/v1/patients/:id',
      since: '2026-11-26',
      sunset: '2028-11-30',
      successor: '/v2/patients/:id',
      change: expect.stringContaining('name.given'),
    });
  });

  it('counts who still uses it: programs one by one, people as one', async () => {
    const { clinician } = clinic.people;
    const { id, key } = await makeKey(clinician);
    const program = new Program(app(), key);
    const uses = () =>
      new Map(
        app()
          .get(DeprecatedUses)
          .list()
          .map(({ route, client, count }) => [`${route} ${client}`, count]),
      );
    const before = uses();
    await program.get('/v1/patients');
    await program.get('/v1/patients');
    await program.get('/v2/patients');
    await clinician.get('/v1/patients');
    expect(uses().get(`GET /v1/patients api-key:${id}`)).toBe(2);
    expect(uses().get('GET /v1/patients session')).toBe((before.get('GET /v1/patients session') ?? 0) + 1);
    expect([...uses().keys()].filter((name) => name.includes('/v2/'))).toEqual([]);
  });
});

describe('B17.4 after the sunset', () => {
  /** The application on that day, and somebody who signs in on it. */
  async function on(day: string): Promise<SignedIn> {
    const clock = new StoppedClock(app());
    clock.advance((Date.parse(day) - clock.now.getTime()) / 1000);
    return signIn(app(), await clinic.organization.addMember('receptionist'));
  }

  it('every route of a deprecated version is a 410 that says where to go', async () => {
    const person = await on('2028-11-30T00:00:00Z');
    expect(declared().length).toBeGreaterThan(0);
    for (const { method, path, access } of declared()) {
      const answer = await person.call(method, path.replace(':id', clinic.patientId));
      const rule = access[0]?.kind === 'permission' ? access[0].permission : '';
      const mayCall = (roles.receptionist.permissions as readonly string[]).includes(rule);
      expectProblem(answer, mayCall ? 'gone' : 'forbidden');
      expect(String(answer.headers['link']).includes('/v2/patients'), path).toBe(mayCall);
    }
    expect((await person.get('/v2/patients')).status).toBe(200);
  });

  it('serves it in the second before', async () => {
    const person = await on('2028-11-29T23:59:59Z');
    expect((await person.get('/v1/patients')).status).toBe(200);
  });

  it('B17.5 a stranger is told that they are one, as before', async () => {
    await on('2030-01-01T00:00:00Z');
    expectProblem(await new Caller(app()).get('/v1/patients'), 'unauthenticated');
  });
});

describe('B17.5 the versions of a resource', () => {
  const v2 = () =>
    app()
      .get(CompletenessCheck)
      .routes()
      .filter(({ version }) => version === '2');

  it('ask for the same permission and the same fresh proof', () => {
    const routes = app().get(CompletenessCheck).routes();
    expect(v2().length).toBeGreaterThan(0);
    for (const { deprecation, method, path, access, isStepUp } of routes) {
      if (deprecation === undefined) continue;
      const successor = v2().find((route) => route.method === method && route.path === path.replace('/v1/', '/v2/'));
      expect({ access: successor?.access, isStepUp: successor?.isStepUp }, path).toEqual({ access, isStepUp });
    }
  });

  it.each(roleNames)('show the same to a %s, in their own shape', async (role) => {
    const person = clinic.people[role];
    const [first, second] = await Promise.all([
      person.get(`/v1/patients/${clinic.patientId}`),
      person.get(`/v2/patients/${clinic.patientId}`),
    ]);
    expect(second.status).toBe(first.status);
    const { givenName: given, familyName: family, instance: _occurrence, ...others } = first.body;
    const { instance: _other, ...shown } = second.body;
    expect(shown).toEqual(first.status === 200 ? { ...others, name: { given, family } } : others);
  });
});

describe('B17.1 a version that there is not', () => {
  it.each(['/v3/patients', '/v0/patients', '/v01/patients', '/V2/patients', '/v2/records'])(
    '%s is a 404',
    async (url) => {
      expectProblem(await clinic.people.clinician.get(url), 'not-found');
    },
  );
});

describe('B18.5 the last use of a route', () => {
  const lastUses = async () => {
    const rows = await asOwner('SELECT "route", "lastUsedAt" FROM "RouteUse"');
    return new Map(rows.map(({ route, lastUsedAt }) => [String(route), lastUsedAt as Date]));
  };

  it('is written in one batch, and is not turned back by an instance whose batch is older', async () => {
    await clinic.people.clinician.get(`/v2/patients/${clinic.patientId}`);
    await app().get(RouteUses).flush();
    const written = (await lastUses()).get('GET /v2/patients/:id');
    expect(written).toBeInstanceOf(Date);

    new StoppedClock(app()).advance(-86_400);
    app().get(RouteUses).note('GET /v2/patients/:id');
    await app().get(RouteUses).flush();
    expect((await lastUses()).get('GET /v2/patients/:id')).toEqual(written);
  });

  it('is kept for the next batch when the database is away', async () => {
    const uses = app().get(RouteUses);
    const route = `GET /v9/${randomUUID()}`;
    uses.note(route);
    vi.spyOn(app().get(Database).client, '$executeRaw').mockRejectedValueOnce(new Error('database away'));
    await uses.flush();
    expect((await lastUses()).has(route)).toBe(false);
    await uses.flush();
    expect((await lastUses()).has(route)).toBe(true);
  });

  it('has templates for names, and nothing of an address', async () => {
    await clinic.people.clinician.get(`/v1/patients/${clinic.patientId}`);
    await app().get(RouteUses).flush();
    for (const route of (await lastUses()).keys()) expect(route).not.toContain(clinic.patientId);
  });
});

describe('B18.5 the report of unused routes', () => {
  async function report(...args: string[]): Promise<string> {
    const { ownerUrl } = await workerDatabase();
    const env = { ...process.env, DATABASE_MIGRATION_URL: ownerUrl };
    const { stdout } = await promisify(execFile)(process.execPath, ['scripts/unused-routes.ts', ...args], { env });
    return stdout;
  }

  it('names what nobody has called for so long, or ever, and nothing else', async () => {
    await asOwner('DELETE FROM "RouteUse"');
    const long = new Date(Date.now() - 100 * 86_400_000);
    await asOwner('INSERT INTO "RouteUse" VALUES ($1, $2), ($3, now())', ['GET /v1/me', long, 'GET /v1/patients']);
    const lines = (await report()).trim().split('\n');
    expect(lines[0]).toMatch(/^Uses are recorded since \d{4}-\d\d-\d\d\.$/);
    expect(lines).toContain(`${long.toISOString().slice(0, 10)}  GET /v1/me`);
    expect(lines).toContain('never       DELETE /v1/patients/:id');
    expect(lines).not.toContainEqual(expect.stringMatching(/GET \/v1\/patients$/));
    expect(await report('--days', '101')).not.toMatch(/GET \/v1\/me$/m);
  });
});
