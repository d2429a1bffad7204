import { getMetadataStorage } from 'class-validator';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { columns as allColumns } from '../../src/platform/data-classes/index.js';
import type { RouteDeclaration } from '../../src/platform/pipeline/route-declaration.js';
import { roles, type Role } from '../../src/roles.js';
import { settableRulesOf } from '../../src/platform/validation/settable-fields.js';
import { openClinic, roleNames, type Clinic } from '../support/access-world.ts';
import { useApp } from '../support/app.ts';
import { Caller } from '../support/caller.ts';
import { columnSums, writtenSince } from '../support/column-sums.ts';
import { bodyFieldRules, bodyOf, isOpenTo } from '../support/declared-fields.ts';
import { declaredRoutes } from '../support/declared-routes.ts';
import { countEachRequestAlone, exampleCall } from '../support/example-calls.ts';
import { brokenRules, expectProblem } from '../support/problem.ts';

/**
 * Somebody sends along what the form does not have: every column of every model, one at a time beside a right body and all at
 * once, to every body that there is, as every role that may send one. A column that were taken would move a row to another
 * organization, make an owner, or replace a password (API3:2023, CWE-915).
 */
const routes = (await declaredRoutes()).filter((route) => bodyOf(route) !== undefined);
const columns = [...new Set(allColumns.map(({ column }) => column))];
const NOBODY = '00000000-0000-7000-8000-000000000000';
const app = useApp();
let clinic: Clinic;

beforeAll(async () => {
  clinic = await openClinic(app());
});

beforeEach(() => countEachRequestAlone(app()));

/** A body, and those within it: the names that lead there, and the names that it has. */
interface Form {
  readonly path: readonly string[];
  readonly names: readonly string[];
}

function formsOf(body: new () => object, path: readonly string[] = []): Form[] {
  const rules = getMetadataStorage().getTargetValidationMetadatas(body, '', false, false);
  const nested = settableRulesOf(body).flatMap(({ name, nested: inner }) =>
    inner === undefined ? [] : formsOf(inner() as new () => object, [...path, name]),
  );
  return [{ path, names: [...new Set(rules.map(({ propertyName }) => propertyName))] }, ...nested];
}

const formsIn = (route: RouteDeclaration): Form[] => formsOf(bodyOf(route) ?? Object);

/** A copy of the body with fields more, at the end of the path. */
function withSurplus(body: unknown, [name, ...path]: readonly string[], surplus: object): object {
  const fields = Object(body) as Record<string, unknown>;
  return name === undefined
    ? { ...fields, ...surplus }
    : { ...fields, [name]: withSurplus(fields[name], path, surplus) };
}

/** Right calls as this role, each with the things that it needs made beforehand. */
function callsAs(role: Role | undefined, among = routes) {
  const person = clinic.people[role ?? 'receptionist'];
  const open = among.filter((route) => isOpenTo(route, role) && (role === undefined || !isOpenTo(route, undefined)));
  return Promise.all(open.map(async (route) => ({ route, person, ...(await exampleCall(route, { clinic, person })) })));
}

type Call = Awaited<ReturnType<typeof callsAs>>[number];

/** Every column that the form does not have, alone and then all together. */
const surplusesOf = ({ names }: Form): readonly (readonly string[])[] => {
  const surplus = columns.filter((column) => !names.includes(column));
  return [...surplus.map((column) => [column]), surplus];
};

async function expectRefused({ route, person, url, headers, body }: Call, form: Form, names: readonly string[]) {
  const token = isOpenTo(route, undefined) ? undefined : person.accessToken;
  const surplus = Object.fromEntries(names.map((column) => [column, NOBODY]));
  const sent = { body: withSurplus(body, form.path, surplus), headers };
  const answer = await new Caller(app(), token).call(route.method, url, sent);
  const label = `${route.label} with ${[...form.path, names].join('/')}: ${answer.text}`;
  expect(answer.status, label).toBe(400);
  const unknown = Object.entries(brokenRules(answer)).filter(([, rule]) => rule === 'unknown-field');
  const pointers = names.map((column) => `#/${[...form.path, column].join('/')}`);
  expect(unknown.map(([pointer]) => pointer).toSorted(), label).toEqual(pointers.toSorted());
}

describe('B15.2 no body takes a column that it does not list', () => {
  it('of the models and bodies that there are', () => {
    expect(new Set(allColumns.map(({ model }) => model)).size).toBeGreaterThan(20);
    expect(columns).toEqual(
      expect.arrayContaining(['organizationId', 'passwordHash', 'role', 'suspendedAt', 'userId']),
    );
    expect(routes.length).toBeGreaterThan(15);
    const forms = routes.flatMap(formsIn);
    expect(forms.map(({ path }) => path.join('/'))).toEqual(expect.arrayContaining(['credential/response']));
  });

  it.each([undefined, ...roleNames])('from %s, alone or with others, and nothing is written', async (role) => {
    const calls = await callsAs(role);
    const before = await columnSums();
    let sent = 0;
    for (const call of calls) {
      for (const form of formsIn(call.route)) {
        const surpluses = surplusesOf(form);
        await Promise.all(surpluses.map((names) => expectRefused(call, form, names)));
        sent += surpluses.length;
      }
    }
    expect(sent).toBeGreaterThan(500);
    expect(await writtenSince(before)).toEqual([]);
  });

  it.each([undefined, ...roleNames])('from %s where they may not even call, and nothing is written', async (role) => {
    const before = await columnSums();
    const caller = role === undefined ? new Caller(app()) : clinic.people[role];
    const body = Object.fromEntries(columns.map((column) => [column, NOBODY]));
    const closed = routes.filter((route) => !isOpenTo(route, role));
    for (const route of closed) {
      const answer = await caller.call(route.method, route.path.replace(/:\w+/, NOBODY), { body });
      expectProblem(answer, role === undefined ? 'unauthenticated' : 'forbidden');
    }
    expect(closed.length).toBeGreaterThan(0);
    expect(await writtenSince(before)).toEqual([]);
  });
});

/** Of every field that a change may have: a value that is new each time, and the columns that it is kept in. */
const settable: Readonly<Record<string, readonly [value: (n: number) => unknown, ...columns: string[]]>> = {
  displayName: [(n) => `Grace ${n}`, 'User.displayName'],
  role: [() => 'patient', 'Membership.role'],
  birthDate: [(n) => `19${10 + n}-12-09`, 'Patient.birthDate'],
  nationalId: [(n) => `XY-765432${n}-Z`, 'Patient.nationalId', 'Patient.nationalIdIndex'],
  phone: [(n) => `+44207946011${n}`, 'Patient.phone'],
  address: [(n) => `${n} Arlington`, 'Patient.address'],
  givenName: [(n) => `Grace ${n}`, 'Patient.givenName'],
  familyName: [(n) => `Hopper ${n}`, 'Patient.familyName'],
  name: [(n) => ({ given: `Jean ${n}`, family: `Bartik ${n}` }), 'Patient.familyName', 'Patient.givenName'],
};

describe('B15.2 a change writes the columns of the field that it names, and no other', () => {
  const changes = routes.filter(({ method }) => method === 'PATCH');
  const rows = changes.flatMap((route) =>
    roleNames.filter((role) => isOpenTo(route, role)).map((role) => [role, route.label, route] as const),
  );

  it('of every field that there is', () => {
    const names = changes.flatMap((route) => formsIn(route)[0]?.names ?? []);
    expect([...new Set(names)].toSorted()).toEqual(Object.keys(settable).toSorted());
  });

  const isForbidden = (role: Role, route: RouteDeclaration, name: string) => {
    const granted: readonly string[] = roles[role].permissions;
    return bodyFieldRules([route]).some((rule) => rule.name === name && !granted.includes(rule.requires));
  };

  it.each(rows.map((row, index) => [...row, index] as const))('from %s by %s', async (role, _label, route, index) => {
    expect.hasAssertions();
    for (const { person, url, headers } of await callsAs(role, [route])) {
      for (const name of formsIn(route)[0]?.names ?? []) {
        const [valueOf, ...columnsOf] = settable[name] ?? [];
        const before = await columnSums();
        const { status, text } = await person.patch(url, { [name]: valueOf?.(index) }, { headers });
        const written = (await writtenSince(before)).filter((column) => !column.endsWith('.updatedAt'));
        expect([status, written], text).toEqual(isForbidden(role, route, name) ? [400, []] : [200, columnsOf]);
      }
    }
  });
});
