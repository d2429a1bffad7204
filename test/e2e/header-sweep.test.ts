import { beforeAll, describe, expect, it } from 'vitest';
import type { RouteDeclaration } from '../../src/platform/pipeline/route-declaration.js';
import { openClinic, type Clinic } from '../support/access-world.ts';
import { useApp } from '../support/app.ts';
import { Caller, whicheverVersion, type Answer } from '../support/caller.ts';
import { declaredRoutes } from '../support/declared-routes.ts';
import { exampleCall, exampleOf, nameOf } from '../support/example-calls.ts';
import { roleFor, urlOf } from '../support/routes.ts';

/** On every answer of every route, whatever becomes of the request: whole values, so that a header that is weakened shows. */
const HEADERS: Readonly<Record<string, string | RegExp>> = {
  'content-security-policy': "default-src 'none';frame-ancestors 'none';base-uri 'none';form-action 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'DENY',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0',
  'cache-control': 'no-store',
  vary: 'Origin',
  'x-request-id': /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  'ratelimit-policy': /^"address";q=\d+;w=60/,
  ratelimit: /^"address";r=\d+;t=\d+/,
};
const ABSENT = ['server', 'x-powered-by', 'via', 'set-cookie', 'access-control-allow-origin'];

const routes = await declaredRoutes();
const rows = routes.map((route): [string, RouteDeclaration] => [nameOf(route), route]);
const guarded = rows.filter(([, { access }]) => access[0]?.kind !== 'public');
const app = useApp();
let clinic: Clinic;

beforeAll(async () => {
  clinic = await openClinic(app());
});

function expectHeaders({ status, headers, text }: Answer, expected: number): void {
  expect(status, text).toBe(expected);
  const wrong = Object.entries(HEADERS).filter(([name, value]) => {
    const sent = String(headers[name]);
    return typeof value === 'string' ? sent !== value : !value.test(sent);
  });
  expect(wrong.map(([name]) => [name, headers[name]])).toEqual([]);
  expect(ABSENT.filter((name) => name in headers)).toEqual([]);
  const type = status < 400 ? 'application/json; charset=utf-8' : 'application/problem+json; charset=utf-8';
  expect(headers['content-type']).toBe(text === '' ? undefined : type);
}

const nobody = () => new Caller(app());

describe('A7.3 B7.3 B8.2 the headers of', () => {
  it.each(rows)('what %s answers when all is well', async (_name, route) => {
    const role = route.access[0]?.kind === 'public' ? 'receptionist' : roleFor(route);
    const { newcomer, refusal } = exampleOf(route);
    const person = (await newcomer?.(clinic, role)) ?? clinic.people[role];
    const { method, url, ...sent } = await exampleCall(route, { clinic, person });
    const answer = await person.call(method, url, sent);
    // Some examples are refused for what they are about (test/support/access-examples.ts).
    expectHeaders(answer, refusal === undefined ? Number(route.returns?.status) : answer.status);
  });

  it.each(guarded)('the 401 of %s', async (_name, route) => {
    expectHeaders(await nobody().call(route.method, urlOf(route)), 401);
  });

  it.each(rows)('the 404 beside %s', async (_name, route) => {
    expectHeaders(await nobody().call(route.method, `${urlOf(route)}/nowhere/at/all`), 404);
  });

  it.each(rows)('the 405 of another method than that of %s', async (_name, route) => {
    expectHeaders(await nobody().call('PUT', urlOf(route)), 405);
  });

  it.each(rows)('the 400 of %s', async (_name, route) => {
    const caller = route.access[0]?.kind === 'public' ? nobody() : clinic.people[roleFor(route)];
    expectHeaders(await caller.call(route.method, `${urlOf(route)}?undeclared=1`, whicheverVersion), 400);
  });
});
