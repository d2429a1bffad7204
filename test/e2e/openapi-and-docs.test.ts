import { beforeAll, describe, expect, it } from 'vitest';
import type { AccessRule } from '../../src/platform/access/index.js';
import { CompletenessCheck } from '../../src/platform/pipeline/index.js';
import { useApp } from '../support/app.ts';
import { Caller, type Answer } from '../support/caller.ts';

interface Operation {
  readonly deprecated?: boolean;
  readonly security?: readonly object[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema: Schema }> };
  readonly responses: Record<
    string,
    { readonly $ref?: string; readonly content?: Record<string, { readonly schema: Schema }> }
  >;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema?: Schema }[];
  readonly 'x-access'?: string;
  readonly 'x-step-up'?: boolean;
}

interface Schema {
  readonly $ref?: string;
  readonly properties?: Record<string, Schema>;
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly [key: string]: unknown;
}

interface Description {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, Schema>; readonly securitySchemes: Record<string, object> };
}

/** What a caller asks for by the path alone. */
const WITHOUT_BODY = new Set([
  'POST /v1/auth/logout',
  'POST /v1/auth/passkey/options',
  'POST /v1/me/mfa/totp',
  'POST /v1/me/mfa/recovery-codes',
  'POST /v1/me/passkeys/options',
]);

const app = useApp();
let description: Description;
let operations: { name: string; method: string; operation: Operation }[];

beforeAll(async () => {
  const { body } = await new Caller(app()).get('/openapi.json');
  description = body as unknown as Description;
  operations = Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      method,
      operation,
    })),
  );
});

function resolve(schema: Schema | undefined): Schema {
  const name = schema?.$ref?.replace('#/components/schemas/', '');
  const found = name === undefined ? schema : description.components.schemas[name];
  if (found === undefined) throw new Error(`no schema ${name}`);
  return found;
}

const fieldsOf = (schema: Schema | undefined) => Object.keys(resolve(schema).properties ?? {});

/** With the scope that they need. A program cannot prove anew who it is. */
function credentialsFor(rule: AccessRule | undefined, isStepUp: boolean): object[] {
  if (rule?.kind === 'public') return [];
  if (rule?.kind !== 'permission') return [{ bearer: [] }];
  const scopes = [rule.permission];
  return [{ bearer: scopes }, ...(isStepUp ? [] : [{ apiKey: scopes }])];
}

/** The fields of a body, and those of what it nests. */
function leavesOf({ properties = {} }: Schema): [string, Schema][] {
  return Object.entries(properties).flatMap(([name, schema]): [string, Schema][] => {
    const inner = schema.items ?? schema.allOf?.[0] ?? schema;
    return inner.$ref === undefined ? [[name, inner]] : leavesOf(resolve(inner));
  });
}

describe('A14.1 /openapi.json', () => {
  it('is OpenAPI 3.1, served as JSON', async () => {
    const answer = await new Caller(app()).get('/openapi.json');
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(description.openapi).toMatch(/^3\.1\.\d$/);
  });

  it('B3.5 lists exactly the routes that there are', () => {
    const routes = app()
      .get(CompletenessCheck)
      .routes()
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
    expect(routes.length).toBeGreaterThan(10);
    expect(operations.map(({ name }) => name).toSorted()).toEqual(routes.toSorted());
  });

  it('says of each operation who may call it, and asks for a token unless everybody may', () => {
    const rules = new Map(
      app()
        .get(CompletenessCheck)
        .routes()
        .map(({ method, path, access }) => [`${method} ${path.replace(/:(\w+)/g, '{$1}')}`, access[0]]),
    );
    for (const { name, operation } of operations) {
      const rule = rules.get(name);
      const access = rule?.kind === 'permission' ? rule.permission : rule?.kind;
      expect(operation['x-access'], name).toBe(access);
      expect(operation.security, name).toEqual(credentialsFor(rule, operation['x-step-up'] === true));
    }
    expect(description.components.securitySchemes).toEqual({
      bearer: expect.objectContaining({ scheme: 'bearer' }),
      apiKey: expect.objectContaining({ in: 'header', name: 'Authorization' }),
    });
  });

  it('B17.3 marks what is deprecated, and nothing else', () => {
    const deprecated = app()
      .get(CompletenessCheck)
      .routes()
      .filter(({ deprecation }) => deprecation !== undefined)
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
    expect(deprecated.length).toBeGreaterThan(0);
    const marked = operations.filter(({ operation }) => operation.deprecated === true).map(({ name }) => name);
    expect(marked.toSorted()).toEqual(deprecated.toSorted());
  });

  it('is the file that is committed: npm run docs:openapi writes it, and a difference fails', async () => {
    await expect(`${JSON.stringify(description, undefined, 2)}\n`).toMatchFileSnapshot('../../docs/openapi.json');
  });

  it('has a schema with fields for each body that comes in', () => {
    for (const { name, method, operation } of operations) {
      const takesBody = (method === 'post' || method === 'patch') && !WITHOUT_BODY.has(name);
      expect(operation.requestBody !== undefined, name).toBe(takesBody);
      for (const { schema } of Object.values(operation.requestBody?.content ?? {})) {
        expect(fieldsOf(schema), name).not.toEqual([]);
      }
    }
  });

  it('has one success for each operation, with a schema that has fields unless it has no body', () => {
    for (const { name, operation } of operations) {
      const successes = Object.entries(operation.responses).filter(([status]) => status.startsWith('2'));
      expect(successes, name).toHaveLength(1);
      for (const [status, { content }] of successes) {
        const hasBody = status !== '204' && status !== '202';
        expect(!hasBody || fieldsOf(content?.['application/json']?.schema).length > 0, name).toBe(true);
      }
    }
  });

  it.each([
    ['GET /v1/me', 'unauthenticated second-factor-required network-not-allowed not-found'],
    ['GET /health/live', ''],
    ['GET /errors/{code}', 'not-found'],
    ['POST /v1/auth/login', 'invalid-credentials too-many-attempts validation-failed conflict forbidden'],
    ['GET /v1/records/{id}', 'step-up-required not-found validation-failed'],
    ['PATCH /v2/patients/{id}', 'field-not-allowed precondition-failed precondition-required'],
    ['PATCH /v1/patients/{id}', 'field-not-allowed gone'],
    ['POST /v2/patients', 'idempotency-key-in-use idempotency-key-reused payload-too-large'],
  ])('names the problems of %s that follow from what the route declares: %s', (wanted, codes) => {
    const codesOf = ({ name, operation }: (typeof operations)[number]) =>
      name === wanted
        ? Object.values(operation.responses).flatMap(({ $ref = '' }) => $ref.split('/').at(-1)?.split('.') ?? [])
        : [];
    const named = operations.flatMap(codesOf);
    const toEverybody = [
      'malformed-request',
      'quota-exceeded',
      'temporarily-blocked',
      'internal-error',
      'service-unavailable',
    ];
    expect(named).toEqual(expect.arrayContaining([...toEverybody, ...codes.split(' ').filter(Boolean)]));
    const isOpen = wanted.includes('health') || wanted.includes('errors');
    for (const code of ['unauthenticated', 'conflict']) expect(named.includes(code) && isOpen).toBe(false);
    expect(named.includes('gone')).toBe(wanted.includes('/v1/patients'));
  });

  it('A3.2 bounds every text and number that comes in', () => {
    for (const { name, operation } of operations) {
      const bodies = Object.values(operation.requestBody?.content ?? {}).map(({ schema }) => resolve(schema));
      const fields = bodies.flatMap(leavesOf);
      const parameters = (operation.parameters ?? []).map(({ name: parameter, schema = {} }): [string, Schema] => [
        parameter,
        schema,
      ]);
      for (const [field, schema] of [...fields, ...parameters]) {
        const isBounded = ['maxLength', 'maximum', 'enum', 'format', 'pattern'].some((key) => key in schema);
        // Path parameters are ids or codes: their pipes bound them. An object that nobody reads is bounded as a whole.
        expect(isBounded || 'additionalProperties' in schema || name.includes(`{${field}}`), `${name} ${field}`).toBe(
          true,
        );
      }
    }
  });

  it('leaves no reference open and uses no word that OpenAPI 3.1 has dropped', () => {
    const text = JSON.stringify(description);
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      expect(description.components.schemas).toHaveProperty(String(name));
    }
    expect(text).not.toContain('"nullable"');
  });

  it('names the permission that a field needs, and nothing of the database', () => {
    const { properties = {} } = description.components.schemas['PatientView'] ?? {};
    expect(properties['nationalId']).toMatchObject({ 'x-requires': 'patients:identify' });
    expect(properties['phone']).toMatchObject({ 'x-requires': 'patients:contact' });
    expect(JSON.stringify(description)).not.toMatch(/passwordHash|tokenHash|careTeam|prisma/i);
  });
});

describe('B18.3 the docs page', () => {
  const directives = (answer: Answer) =>
    Object.fromEntries(
      String(answer.headers['content-security-policy'])
        .split(';')
        .map((part) => part.trim().split(' '))
        .map(([name = '', ...sources]) => [name, sources]),
    );
  /** Attributes of each script element. */
  const scripts = (answer: Answer) =>
    [...answer.text.matchAll(/<script\b([^>]*)>/g)].map(([, attributes]) => String(attributes));

  it('is a page that shows the description', async () => {
    const page = await new Caller(app()).get('/docs/');
    expect(page.status).toBe(200);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.text).toContain('/openapi.json');
  });

  it('runs scripts of this server alone, each allowed by address or nonce', async () => {
    const page = await new Caller(app()).get('/docs/');
    const { 'script-src': sources = [] } = directives(page);
    expect(scripts(page).length).toBeGreaterThan(0);
    for (const attributes of scripts(page)) {
      const src = /\bsrc="([^"]*)"/.exec(attributes)?.[1];
      const nonce = /\bnonce="([^"]*)"/.exec(attributes)?.[1];
      const isOurs = src !== undefined && new URL(src, 'http://here.example/docs/').host === 'here.example';
      expect(isOurs || sources.includes(`'nonce-${nonce}'`), attributes).toBe(true);
    }
    for (const [, url] of page.text.matchAll(/(?:src|href)="([^"]*)"/g)) {
      expect(new URL(String(url), 'http://here.example/docs/').host).toBe('here.example');
    }
  });

  it('has a policy of its own that still lets nothing in from elsewhere', async () => {
    const policy = directives(await new Caller(app()).get('/docs/'));
    expect(policy).toMatchObject({
      'default-src': ["'none'"],
      'connect-src': ["'self'"],
      'frame-ancestors': ["'none'"],
      'base-uri': ["'none'"],
      'form-action': ["'none'"],
    });
    expect(Object.values(policy).flat()).not.toContain('*');
    expect(policy['script-src']).not.toContain("'unsafe-inline'");
    expect(policy['script-src']).not.toContain("'unsafe-eval'");
    for (const source of Object.values(policy).flat()) expect(source).not.toMatch(/^https?:/);
  });

  it('fetches a script that is there', async () => {
    const page = await new Caller(app()).get('/docs/');
    const src = scripts(page).flatMap((attributes) => /\bsrc="([^"]*)"/.exec(attributes)?.[1] ?? []);
    expect(src.length).toBeGreaterThan(0);
    for (const url of src) {
      const script = await new Caller(app()).get(new URL(url, 'http://here.example/docs/').pathname);
      expect(script.status).toBe(200);
      expect(script.headers['content-type']).toMatch(/javascript/);
    }
  });
});
