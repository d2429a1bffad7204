import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { findRuleBreaks } from '../support/api-rules.ts';

interface Loose {
  [key: string]: Loose;
}

const described = JSON.parse(readFileSync('docs/openapi.json', 'utf8')) as Loose;
const PATHS = ['/v2/patients', '/v2/patients/{id}', '/v1/auth/login', '/v1/auth/refresh', '/v1/me'];

function at(document: Loose, path: readonly string[]): Loose {
  return path.reduce<Loose>((inner, key) => {
    const next = inner[key];
    if (next === undefined) throw new Error(`no ${key}`);
    return next;
  }, document);
}

/** Some operations of ours, with one thing taken away or changed for each rule. */
function spoiled(changes: readonly (readonly [string, readonly string[], unknown?])[]): object {
  const paths = Object.fromEntries(PATHS.map((path) => [path, described['paths']?.[path]]));
  const document = structuredClone({ ...described, paths }) as Loose;
  for (const [, path, value] of changes) Reflect.set(at(document, path.slice(0, -1)), String(path.at(-1)), value);
  return structuredClone(JSON.parse(JSON.stringify(document)) as object);
}

const property = (view: string, name: string) => ['components', 'schemas', view, 'properties', name];
const list = ['paths', '/v2/patients', 'get'];
const show = ['paths', '/v2/patients/{id}', 'get'];
const create = ['paths', '/v2/patients', 'post'];
const me = ['paths', '/v1/me', 'get'];
const login = ['paths', '/v1/auth/login', 'post'];
const refresh = ['paths', '/v1/auth/refresh', 'post'];

/** The rule, where, and what stands there instead; nothing: it is taken away. */
const spoils: readonly (readonly [string, readonly string[], unknown?])[] = [
  ['owasp:api2:2023-jwt-best-practices', ['components', 'securitySchemes', 'bearer', 'description'], 'A token.'],
  ['owasp:api4:2023-rate-limit', [...list, 'responses', '200', 'headers', 'RateLimit']],
  ['owasp:api4:2023-string-limit', [...property('PatientV2View', 'id'), 'maxLength']],
  ['owasp:api4:2023-array-limit', [...property('PatientV2Page', 'items'), 'maxItems']],
  ['owasp:api8:2023-define-cors-origin', [...show, 'responses', '200', 'headers', 'Access-Control-Allow-Origin']],
  ['rampart:secured-or-public says', [...list, 'security'], []],
  ['rampart:secured-or-public says', [...refresh, 'x-access'], 'authenticated'],
  ['rampart:secured-or-public does', [...login, 'x-access']],
  ['rampart:scope', [...show, 'security'], [{ bearer: [] }]],
  ['rampart:operation-id', [...create, 'operationId'], 'CreatePatient'],
  ['rampart:path', ['paths', '/Patients'], { get: described['paths']?.['/v1/me']?.['get'] }],
  ['rampart:problem', [...me, 'responses', '500'], { description: 'Oh.', content: { 'application/json': {} } }],
  ['rampart:page', ['components', 'schemas', 'PatientV2Page', 'required'], ['items']],
];

it('A14.2 the rules for descriptions fire on one that breaks each, and where it does', async () => {
  const found = await findRuleBreaks(spoiled(spoils));
  for (const [wanted, path] of spoils) {
    const [name = '', message = ''] = wanted.split(' ');
    const hit = found.find(
      (line) => line.startsWith(name) && line.includes(path.slice(0, 2).join('.')) && line.includes(message),
    );
    expect(hit, `${wanted} at ${path.join('.')}:\n${found.join('\n')}`).toBeDefined();
  }
});

it("A14.2 OWASP's rules, Spectral's own and the house's find no error in docs/openapi.json", async () => {
  expect(Object.keys(described['paths'] ?? {}).length).toBeGreaterThan(40);
  expect(await findRuleBreaks(described)).toEqual([]);
}, 120_000);
