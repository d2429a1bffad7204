import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CompletenessCheck } from '../../src/platform/pipeline/index.js';
import type { RouteDeclaration } from '../../src/platform/pipeline/route-declaration.js';
import type { Role } from '../../src/roles.js';
import { useApp } from '../support/app.ts';
import { Caller, whicheverVersion } from '../support/caller.ts';
import { somePatient, TestOrganization, type SignedIn } from '../support/organization.ts';
import { brokenRules, expectProblem } from '../support/problem.ts';
import { roleFor, urlOf } from '../support/routes.ts';

/**
 * Somebody who may write patients sends what JavaScript, JSON, Unicode and PostgreSQL understand differently (CWE-20,
 * CWE-1321): to break the server, to change an object that others use, or to slip past the validation.
 */
const app = useApp({ CORS_ORIGINS: 'https://app.example.com' });
let organization: TestOrganization;
let receptionist: SignedIn;

beforeAll(async () => {
  organization = await TestOrganization.create(app());
  receptionist = await organization.as('receptionist');
});

const withKey = (key: string, value: unknown = 1) =>
  JSON.stringify(somePatient).replace('{', `{${JSON.stringify(key)}:${JSON.stringify(value)},`);
const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
const listed = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

describe('A3.3 a body', () => {
  it.each([
    ['__proto__', withKey('__proto__', { isAdmin: true })],
    ['__proto__ escaped', withKey('__proto__').replace('__proto__', '\\u005f_proto__')],
    ['__proto__ inside', `{"givenName":{"__proto__":{"isAdmin":true}}}`],
    ['constructor.prototype', withKey('constructor', { prototype: { isAdmin: true } })],
    ['constructor.prototype inside', `{"x":[{"constructor":{"prototype":{"isAdmin":true}}}]}`],
  ])('cannot reach a prototype: %s', async (_name, body) => {
    expectProblem(await receptionist.post('/v1/patients', body), 'malformed-request');
    expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined();
  });

  it.each([
    ['a field', withKey('givenName', 'Eve')],
    ['a field with the same value', withKey('givenName', 'Ada')],
    ['a field, once escaped', withKey('x').replace('"x":1', String.raw`"\u0067ivenName":"Eve"`)],
    ['an unknown field inside', withKey('x').replace('"x":1', '"x":[{"a":1,"a":1}]')],
  ])('cannot say the same twice: %s', async (_name, body) => {
    expectProblem(await receptionist.post('/v1/patients', body), 'malformed-request');
    expectProblem(
      await receptionist.post('/v1/auth/login', '{"email":"a@b.example","email":"c@d.example"}'),
      'malformed-request',
    );
  });

  it.each([
    'constructor',
    'prototype',
    'hasOwnProperty',
    'isPrototypeOf',
    'propertyIsEnumerable',
    'toString',
    'toJSON',
    'valueOf',
    '__defineGetter__',
    '__lookupSetter__',
    'then',
    'length',
    '',
    ' givenName',
    'givenname',
    'given\u200bName',
    'a.b',
    '$where',
  ])('cannot have a field that nobody declared: "%s"', async (key) => {
    const answer = await receptionist.post('/v1/patients', withKey(key));
    expectProblem(answer, 'validation-failed');
    expect(brokenRules(answer)).toEqual({ [`#/${key}`]: 'unknown-field' });
  });

  it.each(['\ud800', '\udc00x', '%', '%zz', 'x'.repeat(10_000)])(
    'can have no name that breaks the answer: %j',
    async (key) => {
      expectProblem(await receptionist.post('/v1/patients', withKey(key)), 'validation-failed');
    },
  );

  it('is told by pointer which field is unknown, in RFC 6901', async () => {
    const answer = await receptionist.post('/v1/patients', withKey('a/b~c'));
    expect(brokenRules(answer)).toEqual({ '#/a~1b~0c': 'unknown-field' });
  });

  it.each([
    ['a list', '[]'],
    ['a list of bodies', JSON.stringify([somePatient])],
    ['a list of a thousand', JSON.stringify(Array.from({ length: 1000 }, () => ({})))],
    ['text', '"patient"'],
    ['a number', '1'],
    ['null', 'null'],
    ['true', 'true'],
    ['a number beyond all numbers', withKey('x').replace(':1,', ':1e400,')],
  ])('cannot be %s', async (_name, body) => {
    expectProblem(await receptionist.post('/v1/patients', body), 'validation-failed');
  });

  it.each([
    ['objects in an unknown field', withKey('x').replace(':1,', `:${nested(5000)},`)],
    ['lists in an unknown field', withKey('x').replace(':1,', `:${listed(20_000)},`)],
    ['objects in a text', JSON.stringify(somePatient).replace('"Ada"', nested(5000))],
    ['lists in a text', JSON.stringify(somePatient).replace('"Ada"', listed(20_000))],
    ['objects', nested(10_000)],
    ['lists', listed(40_000)],
    ['33 levels', JSON.stringify(somePatient).replace('"Ada"', listed(33))],
  ])('A3.2 cannot be nested deeply: %s', async (_name, body) => {
    const answer = await receptionist.post('/v1/patients', body);
    expect(answer.status, answer.text).toBe(400);
    expectProblem(answer, answer.body['code'] === 'malformed-request' ? 'malformed-request' : 'validation-failed');
  });
});

describe('A3.3 a text', () => {
  it.each<[string, unknown, string]>([
    ['NUL', 'a\u0000b', 'is-storable-text'],
    ['NUL at the end', 'a\u0000', 'is-storable-text'],
    ['a lone high surrogate', 'a\ud800', 'is-storable-text'],
    ['a lone low surrogate', '\udc00a', 'is-storable-text'],
    ['a terminal escape', '\u001b[31mred', 'is-storable-text'],
    ['a backspace', 'root\u0008\u0008', 'is-storable-text'],
    ['DEL', 'a\u007f', 'is-storable-text'],
    ['a C1 control character', 'a\u009b31m', 'is-storable-text'],
    ['nothing but spaces', ' \t\u00a0\u2003 ', 'is-length'],
    ['101 characters', 'x'.repeat(101), 'is-length'],
    ['a number', 5, 'is-string'],
    ['a truth', true, 'is-string'],
    ['null', null, 'is-defined'],
    ['a list', ['Ada'], 'is-string'],
    ['an object', { $gt: '' }, 'is-string'],
    ['an object with a length', { length: 3, 0: 'A' }, 'is-string'],
  ])('cannot be or hold %s', async (_name, givenName, rule) => {
    const created = await receptionist.post('/v1/patients', { ...somePatient, givenName });
    expectProblem(created, 'validation-failed');
    expect(brokenRules(created)).toEqual({ '#/givenName': rule });
    const changed = await receptionist.patch('/v1/patients/00000000-0000-4000-8000-000000000000', { givenName });
    expectProblem(changed, 'validation-failed');
    expect(Object.keys(brokenRules(changed))).toEqual(['#/givenName']);
  });

  it.each([
    ['SQL', 'Robert\'); DROP TABLE "Patient";--'],
    ['a template', '{{7*7}}${7*7}<%= 7*7 %>'],
    ['a script', '<script>alert(1)</script>'],
    ['a path', '../../etc/passwd'],
    ['JSON', '"},{"role":"owner"'],
    ['characters outside the BMP', '\u{1F469}\u200d\u2695\ufe0f'],
    ['an apostrophe and an accent', "Zoë O'Connor-Łukasz"],
  ])('comes back as it was sent, harmless: %s', async (_name, givenName) => {
    const answer = await receptionist.post('/v1/patients', { ...somePatient, givenName });
    expect(answer.status).toBe(201);
    expect((await receptionist.get(`/v1/patients/${String(answer.body['id'])}`)).body['givenName']).toBe(givenName);
  });
});

describe('A3.3 a date, a number, a list of choices', () => {
  it.each([
    '2023-02-29',
    '1984-13-01',
    '0000-00-00',
    '1899-12-31',
    '+020000-01-01',
    '1984-2-9',
    '29.02.1984',
    '1984-02-29T00:00:00Z',
    '1984-02-29\n',
    '',
    '  ',
    19840229,
    null,
    {},
    [],
  ])('cannot be the birthday %j', async (birthDate) => {
    const answer = await receptionist.post('/v1/patients', { ...somePatient, birthDate });
    expectProblem(answer, 'validation-failed');
    expect(Object.keys(brokenRules(answer))).toEqual(['#/birthDate']);
  });

  it.each([
    '+1',
    '0044207946',
    '+44 20 7946 0123 0123 0123',
    '+44abc',
    'tel:+442079460123',
    '+442079460123;ext=1',
    '+44\u0000207946012',
    442079460123,
  ])('cannot be the telephone number %j', async (phone) => {
    const answer = await receptionist.post('/v1/patients', { ...somePatient, phone });
    expectProblem(answer, 'validation-failed');
    expect(Object.keys(brokenRules(answer))).toEqual(['#/phone']);
  });
});

describe('A3.2 the query of a list', () => {
  it.each([
    ['limit=0', '#/limit'],
    ['limit=101', '#/limit'],
    ['limit=-1', '#/limit'],
    ['limit=1.5', '#/limit'],
    ['limit=abc', '#/limit'],
    ['limit=1e9', '#/limit'],
    ['limit=1e1', '#/limit'],
    ['limit=0x10', '#/limit'],
    ['limit=%205', '#/limit'],
    ['limit=5.0', '#/limit'],
    ['limit=Infinity', '#/limit'],
    ['limit=NaN', '#/limit'],
    ['limit=99999999999999999999', '#/limit'],
    ['limit=', '#/limit'],
    ['limit', '#/limit'],
    ['limit=%', '#/limit'],
    ['limit=%00', '#/limit'],
    ['limit=1&limit=2', '#/limit'],
    ['limit=5&limit=5', '#/limit'],
    ['limit[]=5', '#/limit[]'],
    ['limit[$gt]=5', '#/limit[$gt]'],
    ['cursor=garbage', '#/cursor'],
    ['cursor=', '#/cursor'],
    ["cursor='%20OR%201=1--", '#/cursor'],
    ['cursor=00000000-0000-4000-8000-000000000000&cursor=00000000-0000-4000-8000-000000000000', '#/cursor'],
    ['offset=5', '#/offset'],
    ['nationalId=AB-1234567-C', '#/nationalId'],
    ['orderBy=nationalId', '#/orderBy'],
    ['__proto__=1', '#/__proto__'],
    ['__proto__[isAdmin]=1', '#/__proto__[isAdmin]'],
    ['constructor=1', '#/constructor'],
    ['hasOwnProperty=1', '#/hasOwnProperty'],
    ['%00=1', '#/\u0000'],
  ])('cannot be ?%s', async (query, pointer) => {
    const answer = await receptionist.get(`/v1/patients?${query}`);
    expectProblem(answer, 'validation-failed');
    expect(Object.keys(brokenRules(answer))).toEqual([pointer]);
  });

  it.each(['limit=1', 'limit=100', ''])('can be ?%s', async (query) => {
    expect((await receptionist.get(`/v1/patients?${query}`)).status).toBe(200);
  });
});

describe('A3.1 A3.3 what a route does not take', () => {
  const routes = () => app().get(CompletenessCheck).routes();
  const takes = ({ inputs }: RouteDeclaration, wanted: string) => inputs.some(({ source }) => source === wanted);
  /** Whoever may call it, with an address that the router takes for it. */
  async function send(route: RouteDeclaration, query: string, body?: unknown) {
    const isPublic = route.access[0]?.kind === 'public';
    const caller = isPublic ? new Caller(app()) : await people(roleFor(route));
    const { method } = route;
    return caller.call(method, `${urlOf(route)}${query}`, { ...whicheverVersion, ...(body !== undefined && { body }) });
  }
  const known = new Map<Role, Promise<SignedIn>>();
  // Each has a budget.
  beforeEach(() => known.clear());
  function people(role: Role): Promise<SignedIn> {
    const person = known.get(role) ?? organization.as(role);
    known.set(role, person);
    return person;
  }

  it.each(['?x=1', '?limit=1&limit=2', '?x', '?=1', '?__proto__=1', '?fields=id&x=1'])(
    'in a query is refused by every route that declares none: %s',
    async (query) => {
      const closed = routes().filter((route) => !takes(route, 'query'));
      expect(closed.length).toBeGreaterThan(40);
      for (const route of closed) {
        const answer = await send(route, query);
        expect([route.label, answer.body['code']]).toEqual([route.label, 'validation-failed']);
        expect(Object.values(brokenRules(answer))).toContain('unknown-field');
      }
    },
  );

  it('in a query is refused by those that declare one too, and so is what comes twice', async () => {
    const open = routes().filter((route) => takes(route, 'query'));
    expect(open.length).toBeGreaterThan(8);
    for (const route of open) {
      for (const query of ['?x=1', '?limit=1&limit=1']) {
        const answer = await send(route, query);
        expect([route.label, answer.body['code']]).toEqual([route.label, 'validation-failed']);
      }
    }
  });

  it.each([[{ isAdmin: true }], [['a']], ['"text"']])(
    'in a body is refused by every route that declares none: %j',
    async (body) => {
      const closed = routes().filter((route) => !takes(route, 'body') && route.method !== 'GET');
      expect(closed.length).toBeGreaterThan(10);
      for (const route of closed) {
        const answer = await send(route, '', body);
        expect([route.label, answer.body['code']]).toEqual([route.label, 'validation-failed']);
      }
    },
  );

  it('is not looked at before it is known who asks', async () => {
    expectProblem(await new Caller(app()).get('/v1/me?x=1'), 'unauthenticated');
    expectProblem(await receptionist.get('/v1/members?x=1'), 'forbidden');
  });

  it('is no matter of the question whether a page may ask: its request is refused', async () => {
    const headers = { origin: 'https://app.example.com', 'access-control-request-method': 'GET' };
    expect((await new Caller(app()).call('OPTIONS', '/v1/me?x=1', { headers })).status).toBe(204);
    expectProblem(await receptionist.get('/v1/me?x=1', { headers }), 'validation-failed');
  });

  it('may be an empty query or an empty object', async () => {
    expect((await receptionist.get('/v1/me?')).status).toBe(200);
    expect((await (await organization.as('patient')).post('/v1/auth/logout', {})).status).toBe(204);
  });
});

/** Of processor time: how busy the machine is, is not the point. */
function cpuMsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(start);
  return (user + system) / 1000;
}

describe('A3.5 a long hostile text is refused quickly', () => {
  it.each<[string, object]>([
    ['an e-mail of dots', { email: `a@${'a.'.repeat(45_000)}`, password: 'x' }],
    ['an e-mail of at-signs', { email: '@'.repeat(90_000), password: 'x' }],
    ['an e-mail in quotes', { email: `"${'\\ '.repeat(25_000)}@example.com`, password: 'x' }],
    ['an e-mail of spaces', { email: `${' '.repeat(90_000)}a`, password: 'x' }],
    ['a long password', { email: 'a@b.example', password: 'x'.repeat(90_000) }],
    ['8,000 unknown fields', Object.fromEntries(Array.from({ length: 8000 }, (_, i) => [`f${i}`, 1]))],
  ])('%s', async (_name, body) => {
    const start = process.threadCpuUsage();
    const answer = await receptionist.post('/v1/auth/login', body);
    expect(cpuMsSince(start)).toBeLessThan(200);
    expectProblem(answer, 'validation-failed');
  });

  it.each(['Bearer ' + ' '.repeat(15_000) + '!', `Bearer ${'a'.repeat(15_000)}=!`, `Bearer ${'='.repeat(15_000)}!`])(
    'a credential',
    async (authorization) => {
      const start = process.threadCpuUsage();
      expectProblem(await receptionist.get('/v1/me', { headers: { authorization } }), 'unauthenticated');
      expect(cpuMsSince(start)).toBeLessThan(200);
    },
  );
});
