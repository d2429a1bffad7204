import { randomUUID } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { columns } from '../../src/platform/data-classes/index.js';
import { CompletenessCheck } from '../../src/platform/pipeline/index.js';
import type { RouteDeclaration } from '../../src/platform/pipeline/route-declaration.js';
import { fieldsOf, type ViewClass } from '../../src/platform/serialization/index.js';
import { accessTo } from '../../src/platform/serialization/visible-fields.js';
import { roles, type Role } from '../../src/roles.js';
import { asOwner } from '../integration/open-database.ts';
import { startApp } from '../support/app.ts';
import { Caller, type Answer, whicheverVersion } from '../support/caller.ts';
import { catchLog } from '../support/caught-log.ts';
import { isOpenTo, roleNames, viewsOf } from '../support/declared-fields.ts';
import { TokenForge } from '../support/forged-token.ts';
import { brokenRules, expectProblem } from '../support/problem.ts';
import { TestOrganization, type SignedIn } from '../support/organization.ts';
import { statementsOf } from '../support/statements.ts';

/**
 * Every role, and credentials with less than their role, on every GET route: the names in the answer are those that
 * docs/field-access.md has, and nothing that is planted in a column shows where it is hidden: in no body, header, error or log line.
 */

/** What is nowhere else in the database, and of a form that each rule of validation accepts. */
function plant() {
  const mark = randomUUID().slice(0, 12);
  const digits = String(Math.floor(Math.random() * 1e9)).padStart(9, '7');
  const patient = {
    givenName: `given-${mark}`,
    familyName: `family-${mark}`,
    birthDate: '1961-07-09',
    nationalId: `nid-${mark}-x`,
    phone: `+4420${digits}`,
    address: `address-${mark}`,
  };
  return { patient, note: `note-${mark}` };
}

const own = plant();
const foreign = plant();
/** A view with a field that takes a permission needs an answer here that has something to hide. */
const PLANTED_VIEWS = ['PatientV2View', 'PatientView'];

const scopes: Record<string, { role: Role; scope?: string }> = {
  ...Object.fromEntries(roleNames.map((role) => [role, { role }])),
  'clinician without contact': { role: 'clinician', scope: 'patients:read patients:update records:read' },
  'receptionist without identity': { role: 'receptionist', scope: 'patients:read patients:create patients:update' },
};
const names = Object.keys(scopes);

let app: NestFastifyApplication;
let routes: RouteDeclaration[];
let log: ReturnType<typeof catchLog>;
let patientId: string;
let foreignPatientId: string;
let recordId: string;
const members: Partial<Record<Role, SignedIn>> = {};

beforeAll(async () => {
  log = catchLog();
  app = await startApp({ LOG_LEVEL: 'trace' });
  routes = app.get(CompletenessCheck).routes();
  const organization = await TestOrganization.create(app);
  for (const role of roleNames) members[role] = await organization.as(role);
  [patientId, recordId] = await admit(member('clinician'), own);
  await asOwner('UPDATE "Patient" SET "userId" = $1 WHERE id = $2', [member('patient').member.userId, patientId]);
  [foreignPatientId] = await admit(await (await TestOrganization.create(app)).as('clinician'), foreign);
}, 60_000);

afterAll(async () => {
  await app.close();
  log.release();
});

async function admit(clinician: Caller, { patient, note }: ReturnType<typeof plant>): Promise<[string, string]> {
  const created = await clinician.post('/v1/patients', patient);
  const url = `/v1/patients/${String(created.body['id'])}/records`;
  const record = await clinician.post(url, { kind: 'diagnosis', note });
  expect(record.status, record.text).toBe(201);
  return [String(created.body['id']), String(record.body['id'])];
}

function member(role: Role): SignedIn {
  const caller = members[role];
  if (caller === undefined) throw new Error(`nobody is ${role}`);
  return caller;
}

function permissionsOf(name: string): ReadonlySet<string> {
  const { role, scope } = scopes[name] ?? { role: 'auditor' as const };
  const granted: readonly string[] = roles[role].permissions;
  return new Set(granted.filter((permission) => scope === undefined || scope.split(' ').includes(permission)));
}

function as(name: string): { caller: Caller; permissions: ReadonlySet<string>; role: Role } {
  const { role, scope } = scopes[name] ?? { role: 'auditor' as const };
  const permissions = permissionsOf(name);
  if (scope === undefined) return { caller: member(role), permissions, role };
  const token = new TokenForge(app, member(role).accessToken ?? '').forge({ claims: { scope } });
  return { caller: new Caller(app, token, member(role).member.address), permissions, role };
}

/** The values of this organization's patient that these permissions must never be shown. */
function hiddenFrom(permissions: ReadonlySet<string>): string[] {
  const { nationalId, phone, address, givenName, familyName } = own.patient;
  return [
    ...(permissions.has('patients:read') ? [] : [givenName, familyName]),
    ...(permissions.has('patients:identify') ? [] : [nationalId]),
    ...(permissions.has('patients:contact') ? [] : [phone, address]),
    ...(permissions.has('records:read') ? [] : [own.note]),
    foreign.note,
    ...Object.values(foreign.patient).filter((value) => value !== foreign.patient.birthDate),
  ];
}

const urlOf = ({ path }: RouteDeclaration) =>
  path.replace('records/:id', `records/${recordId}`).replace(/:\w+/g, patientId);

/** Hashes, ciphertexts and keys: no view has them, whoever asks. */
const STORED = /argon2|\bv2\.[\w-]+\.[\w-]{40,}|passwordHash|tokenHash|codeHash|secretHash/;

function expectHidden(answer: Answer, hidden: readonly string[]): void {
  const seen = answer.text + JSON.stringify(answer.headers);
  expect(seen).not.toMatch(STORED);
  expect(hidden.filter((value) => seen.includes(value))).toEqual([]);
}

/** The names in an answer, at every depth, against the declarations. */
function expectFields(view: ViewClass, value: unknown, permissions: ReadonlySet<string>): void {
  const row = value as Record<string, unknown>;
  const visible = fieldsOf(view).filter((field) => accessTo(field, permissions as never) !== 'absent');
  const required = visible.filter(({ optional }) => optional !== true).map(({ name }) => name);
  expect(Object.keys(row)).toEqual(expect.arrayContaining(required));
  expect(visible.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(row)));
  for (const field of visible) {
    const inner = row[field.name];
    if (inner === undefined || inner === null) continue;
    if (field.view !== undefined) expectFields(field.view, inner, permissions);
    if (field.list !== undefined) for (const item of inner as unknown[]) expectFields(field.list, item, permissions);
    const isMasked = accessTo(field, permissions as never) === 'masked';
    expect(inner).toBe(isMasked ? field.mask?.(own.patient.nationalId) : inner);
  }
}

describe('B15.1 the field matrix', () => {
  it('has something to hide in every view that hides something', () => {
    const hiding = viewsOf(routes).filter(({ fields }) => fields.some(({ requires }) => requires !== undefined));
    expect(hiding.map(({ view }) => view.name)).toEqual(PLANTED_VIEWS);
  });

  it.each(names)('B15.5 %s sees on every GET route the fields of the matrix and no hidden value', async (name) => {
    const { caller, permissions, role } = as(name);
    const seen: string[] = [];
    for (const route of routes.filter(({ method }) => method === 'GET')) {
      const answer = await caller.get(urlOf(route));
      expectHidden(answer, hiddenFrom(permissions));
      const view = route.returns?.view as ViewClass | undefined;
      if (answer.status !== 200 || view === undefined) continue;
      expectFields(view, answer.body, permissions);
      expect(isOpenTo(route, role), route.label).toBe(true);
      seen.push(view.name);
    }
    const canRead = permissions.has('patients:read');
    expect(seen.filter((view) => view === 'PatientView' || view === 'PatientPage')).toHaveLength(canRead ? 2 : 0);
  });

  it.each(names)('B15.5 %s sees no more in answers to writing', async (name) => {
    const { caller, permissions } = as(name);
    const created = await caller.post('/v1/patients', { ...own.patient, givenName: 'New' });
    const changed = await caller.patch(
      `/v1/patients/${patientId}`,
      { familyName: own.patient.familyName },
      whicheverVersion,
    );
    const [PatientView] = viewsOf(routes).filter(({ view }) => view.name === 'PatientView');
    for (const answer of [created, changed]) {
      expectHidden(answer, hiddenFrom(permissions));
      if (answer.status < 300 && PatientView) expectFields(PatientView.view, answer.body, permissions);
    }
    expect(changed.status).toBe(permissions.has('patients:update') ? 200 : 403);
  });

  it.each(names)('B8.4 B15.5 %s learns nothing from errors', async (name) => {
    const { caller, permissions } = as(name);
    const hidden = hiddenFrom(permissions);
    const url = `/v1/patients/${patientId}`;
    const sent = { ...own.patient, birthDate: own.patient.nationalId, [own.note]: own.note };
    const answers = [
      await caller.get(`/v1/patients/${foreignPatientId}`),
      await caller.get(`/v1/patients/${foreignPatientId}/records`),
      await caller.get(`${url}?fields=nationalId,phone,passwordHash`),
      await caller.get('/v1/patients?sort=phone&nationalId=x'),
      await caller.patch(url, { phone: 'x', address: null, nationalId: 7 }),
    ];
    for (const answer of answers) {
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expectHidden(answer, hidden);
    }
    const echo = (await caller.post('/v1/patients', sent)).text.replaceAll(encodeURIComponent(own.note), '');
    for (const value of Object.values(own.patient)) expect(echo).not.toContain(value);
  });

  it('A6.2 B15.5 is kept by the log, at its most talkative', () => {
    const text = log.text();
    expect(text.split('\n').length).toBeGreaterThan(50);
    expect(text).toContain('FieldNotAllowed');
    for (const { patient, note } of [own, foreign]) {
      for (const value of [note, ...Object.values(patient)]) expect(text).not.toContain(value);
    }
    expect(text).not.toMatch(STORED);
  });
});

describe('B7.2 a column that the view hides from the caller is not read', () => {
  const ofPatients = columns.filter(({ model }) => model === 'Patient').map(({ column }) => column);
  /** Conditions name these, whoever asks. */
  const CONDITIONS = new Set(['organizationId', 'userId']);

  /** The columns of patients that the statements of some work name. */
  async function columnsRead(work: () => Promise<Answer>): Promise<string[]> {
    const { answer, statements } = await statementsOf(work);
    expect(answer.status, answer.text).toBe(200);
    const text = statements.filter((sql) => sql.includes('"Patient"')).join();
    return ofPatients.filter((column) => text.includes(`"${column}"`) && !CONDITIONS.has(column));
  }

  const readers = names.filter((name) => permissionsOf(name).has('patients:read'));
  const writers = names.filter((name) => permissionsOf(name).has('patients:update'));

  /** A name is the columns of a name, and what is masked is read. */
  function columnsSeen(name: string): string[] {
    const [view] = viewsOf(routes).filter((one) => one.view.name === 'PatientView');
    const permissions = permissionsOf(name);
    const visible = view?.fields.filter((field) => accessTo(field, permissions as never) !== 'absent') ?? [];
    return ofPatients.filter((column) => visible.some((field) => field.name === column));
  }

  it.each(readers)('for %s, in any version, alone or in a list, asked for or not', async (name) => {
    const { caller } = as(name);
    for (const version of ['v1', 'v2']) {
      for (const query of ['', '?fields=id', '?fields=id,birthDate,nationalId']) {
        expect(await columnsRead(() => caller.get(`/${version}/patients/${patientId}${query}`))).toEqual(
          columnsSeen(name),
        );
        expect(await columnsRead(() => caller.get(`/${version}/patients${query}`))).toEqual(columnsSeen(name));
      }
    }
  });

  it.each(writers)('for %s, of what was changed', async (name) => {
    const { givenName } = own.patient;
    const change = () => as(name).caller.patch(`/v1/patients/${patientId}`, { givenName }, whicheverVersion);
    expect(await columnsRead(change)).toEqual(columnsSeen(name));
  });

  it('and no column that is hidden from everybody, on any GET route for anybody', async () => {
    const secret = columns.filter(({ dataClass }) => dataClass === 'secret').map(({ column }) => column);
    const { statements } = await statementsOf(async () => {
      for (const name of names) {
        for (const route of routes.filter(({ method }) => method === 'GET')) await as(name).caller.get(urlOf(route));
      }
    });
    expect(statements.length).toBeGreaterThan(100);
    expect(statements.filter((sql) => secret.some((column) => sql.includes(`"${column}"`)))).toEqual([]);
  });
});

describe('B15.3 ?fields= narrows', () => {
  it('one, a list, records and a record to what is asked for', async () => {
    const clinician = member('clinician');
    const one = await clinician.get(`/v1/patients/${patientId}?fields=id,nationalId`);
    expect(one.body).toEqual({ id: patientId, nationalId: expect.stringMatching(/^••••/) });
    const list = await clinician.get('/v1/patients?fields=id&limit=1');
    expect(list.body['items']).toEqual([{ id: expect.any(String) }]);
    expect(list.body).toHaveProperty('nextCursor');
    expect((await clinician.get(`/v1/records/${recordId}?fields=kind`)).body).toEqual({ kind: 'diagnosis' });
    const records = await clinician.get(`/v1/patients/${patientId}/records?fields=kind`);
    expect(records.body['items']).toEqual([{ kind: 'diagnosis' }]);
  });

  it('no answer of a route that does not say so', async () => {
    const answer = await member('receptionist').get('/v1/me/sessions?fields=id');
    expectProblem(answer, 'validation-failed');
    expect(brokenRules(answer)).toEqual({ '#/fields': 'unknown-field' });
  });
});
