import { randomBytes, randomUUID } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Sealer } from '../../src/features/audit-log/sealer.js';
import { newId } from '../../src/platform/crypto/index.js';
import { Database } from '../../src/platform/database/index.js';
import type { RouteDeclaration } from '../../src/platform/pipeline/route-declaration.js';
import { flushLog } from '../../src/platform/telemetry/log-destination.js';
import { asOwner, clientOf } from '../integration/open-database.ts';
import { objects, openClinic, roleNames, type Clinic } from '../support/access-world.ts';
import { makeKey, Program } from '../support/api-keys.ts';
import { startApp } from '../support/app.ts';
import { Caller, type Answer } from '../support/caller.ts';
import { catchLog } from '../support/caught-log.ts';
import { isOpenTo } from '../support/declared-fields.ts';
import { declaredRoutes } from '../support/declared-routes.ts';
import { countEachRequestAlone, exampleCall, exampleOf, nameOf } from '../support/example-calls.ts';
import { hiddenColumns, unpadded, valuesOf } from '../support/hidden-columns.ts';
import type { SignedIn } from '../support/organization.ts';

/**
 * Every column that no view shows holds something that is nowhere else. Everybody calls every route, rightly and wrongly, and none
 * of it comes back: in no body, no header, no error, and no line of the log at its most talkative.
 */
const routes = await declaredRoutes();
const log = catchLog();
const answers: { readonly name: string; readonly isRight: boolean; readonly answer: Answer }[] = [];
let app: NestFastifyApplication;
let clinic: Clinic;
let transaction: string;
/** What stands encrypted in the tables. */
let plainTexts: string[];
let program: Program;
const KEY_SCOPES = ['patients:read', 'patients:create', 'patients:update', 'patients:identify', 'patients:contact'];

beforeAll(async () => {
  app = await startApp({ LOG_LEVEL: 'trace' });
  const [start] = await asOwner<{ id: string }>('SELECT pg_current_xact_id()::text AS id');
  transaction = String(start?.id);
  clinic = await openClinic(app);
  plainTexts = await plant();
}, 60_000);

beforeEach(() => countEachRequestAlone(app));

afterAll(async () => {
  await app.close();
  log.release();
});

/** A row in every table; what is random by nature is a canary as it is. Gives those that stand encrypted. */
async function plant(): Promise<string[]> {
  const { organization, people } = clinic;
  const { userId } = people.clinician.member;
  const [answer, context] = [`answer-${randomUUID()}`, `context-${randomUUID()}`];
  const expiresAt = new Date(Date.now() + 86_400_000);
  const hashes = { scopeHash: randomBytes(32), fingerprint: randomBytes(32) };
  await clientOf(app.get(Database), organization.id).idempotencyKey.create({
    data: { id: newId(), organizationId: organization.id, ...hashes, answer, lockedUntil: expiresAt, expiresAt },
  });
  await app.get(Database).client.oneTimeToken.create({
    data: { id: newId(), purpose: 'invitation', userId, tokenHash: randomBytes(32), context: { context }, expiresAt },
  });
  await people.receptionist.post('/v1/auth/login', { email: people.owner.member.email, password: 'wrong' });
  program = new Program(app, (await makeKey(people.receptionist, { scopes: KEY_SCOPES })).key);
  await app.get(Sealer).seal();
  const secrets = Object.values(people).flatMap(({ member }) => member.totpSecret ?? []);
  return [answer, context, ...secrets];
}

interface Walk {
  readonly caller: Caller;
  readonly person: SignedIn;
  readonly isOpen: boolean;
}

/** Once rightly, and then in ways that no parser, form, query or row is right for, with the name of what is hidden. */
async function expectAnswers(route: RouteDeclaration, { caller, person, isOpen }: Walk, name: string): Promise<void> {
  // Who may not call the route is refused before anybody looks for the object.
  const id = isOpen || exampleOf(route).object === undefined ? undefined : newId();
  const { method, url, headers, body } = await exampleCall(route, { clinic, person, id });
  const note = (answer: Answer, isRight = false) => answers.push({ name: nameOf(route), isRight, answer });
  const first = await caller.call(method, url, { headers, body });
  expect([isOpen ? route.returns?.status : 403, 400, 401, 409], first.text).toContain(first.status);
  note(first, isOpen);
  // Nor at anything else of it.
  if (!isOpen) return;
  const empty = body === undefined ? undefined : {};
  const wrong = [
    [`${url}?fields=${name}`, empty],
    [`${url}?sort=${name}&${name}=x`, empty],
    [route.path.replace(/:\w+/, newId()), body],
    [route.path.replace(/:\w+/, name), body],
    [url, { ...Object(body), [name]: { contains: 'x' } }],
    [url, `{"${name}":`],
  ] as const;
  const sent = wrong.map(([target, content]) => caller.call(method, target, { headers, body: content }));
  for (const answer of await Promise.all(sent)) note(answer);
}

/** Columns by what they hold. Gathered twice: some of it is gone in the end. */
const canaries = new Map<string, string>();

async function gather(hidden: readonly string[]): Promise<void> {
  for (const column of hidden) {
    for (const value of await valuesOf(column, transaction)) canaries.set(value, column);
  }
}

/** The canaries that stand in a text. */
function found(text: string): string[] {
  const encoded = unpadded(text);
  const stored = [...canaries].filter(([value]) => encoded.includes(value));
  return [...plainTexts.filter((value) => text.includes(value)), ...stored.map((entry) => entry.join(' of '))];
}

describe('B7.1 B15.5 what stands in a column that no view shows', async () => {
  const hidden = await hiddenColumns(routes);
  const names = hidden.map((column) => column.split('.')[1] ?? '');
  const nameFor = (route: RouteDeclaration) => names[routes.indexOf(route) % names.length] ?? '';

  it('is something, and long enough to be found by', async () => {
    expect(hidden).toEqual(expect.arrayContaining(['User.passwordHash', 'TotpFactor.secret', 'AuditSeal.mac']));
    await gather(hidden);
    expect([...new Set(canaries.values())]).toEqual(hidden);
    expect([...canaries.keys()].filter(({ length }) => length < 12)).toEqual([]);
    expect(plainTexts.length).toBeGreaterThan(3);
  });

  it.each([undefined, ...roleNames])('is asked for by %s', async (role) => {
    // A public route does not look at who is calling.
    for (const route of routes.filter((one) => role === undefined || !isOpenTo(one, undefined))) {
      const isOpen = isOpenTo(route, role);
      const newcomer = role !== undefined && isOpen ? await exampleOf(route).newcomer?.(clinic, role) : undefined;
      const person = newcomer ?? clinic.people[role ?? 'receptionist'];
      await expectAnswers(
        route,
        { caller: role === undefined ? new Caller(app) : person, person, isOpen },
        nameFor(route),
      );
    }
  });

  it('is asked for by a program', async () => {
    for (const route of routes.filter((one) => !isOpenTo(one, undefined))) {
      const [rule] = route.access;
      const isOpen = rule?.kind === 'permission' && KEY_SCOPES.includes(rule.permission);
      await expectAnswers(route, { caller: program, person: clinic.people.receptionist, isOpen }, nameFor(route));
    }
  });

  it('is asked for where the server fails on a row', async () => {
    const { receptionist } = clinic.people;
    const id = await objects.newPatient(clinic);
    const url = `/v1/patients/${id}`;
    // What belongs to another column does not open.
    await asOwner('UPDATE "Patient" SET phone = address WHERE id = $1', [id]);
    const [row] = await asOwner<{ phone: string }>('SELECT phone FROM "Patient" WHERE id = $1', [id]);
    plainTexts.push(String(row?.phone));
    for (const answer of [await receptionist.get(url), await receptionist.get('/v2/patients?limit=100')]) {
      expect(answer.status).toBe(500);
      answers.push({ name: `GET ${url}`, isRight: false, answer });
    }
    await asOwner('DELETE FROM "Patient" WHERE id = $1', [id]);
  });

  it('was asked for on every route, with and without success', () => {
    for (const route of routes) {
      const own = answers.filter(({ name }) => name === nameOf(route));
      const right = own.filter(({ isRight }) => isRight).map(({ answer }) => answer.status);
      const { refusal } = exampleOf(route);
      expect(refusal !== undefined || right.includes(route.returns?.status ?? 0), nameOf(route)).toBe(true);
      expect(isOpenTo(route, undefined) || own.some(({ answer }) => answer.status >= 400), nameOf(route)).toBe(true);
    }
    const statuses = new Set(answers.map(({ answer }) => answer.status));
    expect([...statuses]).toEqual(expect.arrayContaining([200, 201, 202, 204, 400, 401, 403, 404, 409, 500]));
  });

  it('is in no answer and in no line of the log', async () => {
    flushLog();
    await gather(hidden);
    const told = answers.map(({ answer }) => `${answer.text} ${JSON.stringify(answer.headers)}`).join('\n');
    expect(answers.length).toBeGreaterThan(routes.length * 20);
    expect(found(told)).toEqual([]);
    expect(log.text().split('\n').length).toBeGreaterThan(answers.length);
    expect(found(log.text())).toEqual([]);
  });
});
