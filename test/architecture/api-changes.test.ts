import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findBreakingChanges, type Api } from './api-changes.ts';
import type { Schema } from './schema-changes.ts';

const json = (schema: Schema) => ({ 'application/json': { schema } });
const body: Schema = {
  type: 'object',
  required: ['name'],
  properties: { name: { type: 'string', maxLength: 10, minLength: 1 }, kind: { type: 'string', enum: ['a', 'b'] } },
};
const view: Schema = {
  type: 'object',
  required: ['id', 'kind'],
  properties: {
    id: { type: 'string' },
    kind: { type: 'string', enum: ['a', 'b'] },
    tags: { type: 'array', items: { $ref: '#/components/schemas/Tag' } },
  },
};

interface Parts {
  readonly paths?: Api['paths'];
  readonly access?: string;
  readonly input?: Schema | undefined;
  readonly output?: Schema;
  readonly status?: string;
  readonly limit?: Omit<Schema, 'required'> & { required?: boolean };
  readonly parameters?: boolean;
  readonly tag?: Schema;
}

const defaults: Parts = {
  access: 'things:create',
  input: body,
  output: view,
  status: '201',
  limit: { type: 'integer', maximum: 100 },
  parameters: true,
  tag: { type: 'object', required: ['label'], properties: { label: { type: 'string' } } },
};

/** A small API; `parts` replaces what stands in `defaults`. */
function api(parts: Parts = {}): Api {
  const {
    access = '',
    input,
    output = {},
    status = '',
    parameters,
    tag = {},
    limit,
    paths,
  } = { ...defaults, ...parts };
  return { paths: paths ?? { '/v1/things': { post: post() } }, components: { schemas: { Tag: tag } } };

  function post() {
    const { required, ...schema } = { required: false, ...limit };
    return {
      'x-access': access,
      ...(parameters === true && { parameters: [{ name: 'limit', in: 'query', required, schema }] }),
      ...(input !== undefined && { requestBody: { required: true, content: json(input) } }),
      responses: { [status]: { content: json(output) } },
    };
  }
}

const changed = (schema: Schema, properties: Record<string, Schema>, required = schema.required): Schema => ({
  ...schema,
  ...(required !== undefined && { required }),
  properties: { ...schema.properties, ...properties },
});

type Operation = Api['paths'][string][string];

const ifMatch = { name: 'if-match', in: 'header' };
const kind = { name: 'kind', in: 'query', schema: { $ref: '#/components/schemas/Kind' } };
const headers = { ETag: { required: true, schema: { type: 'string' } } };
const wait = { 'Retry-After': { $ref: '#/components/headers/Retry-After' } };
const problem = (codes: readonly string[]) => ({
  content: {
    'application/problem+json': {
      schema: { allOf: [{ type: 'object' }, { properties: { code: { type: 'string', enum: codes } } }] },
    },
  },
});
const responses = { 201: { headers, content: json(view) }, 409: { $ref: '#/components/responses/conflict' } };
const answering = (status: 201 | 409, sent: Answer['headers'] & object): Partial<Operation> => ({
  responses: {
    ...responses,
    [status]: { ...(status === 201 ? responses[201] : problem(['conflict'])), headers: sent },
  },
});
type Answer = Operation['responses'][string];

/** An operation with everything that can be around its bodies. */
const whole: Operation = {
  operationId: 'things.create',
  'x-access': 'things:create',
  security: [],
  parameters: [ifMatch, kind],
  requestBody: { content: json(body) },
  responses,
};

function changesOf(after: Partial<Operation>, before: Partial<Operation> = {}): string[] {
  const components = {
    schemas: { Tag: defaults.tag ?? {}, Kind: { enum: ['a', 'b'] } },
    headers: { 'Retry-After': { schema: { type: 'integer' } } },
    responses: { conflict: { ...problem(['conflict']), headers: wait } },
  };
  const [old, next] = [before, after].map((parts): Api => ({
    paths: { '/v1/things': { post: { ...whole, ...before, ...parts } } },
    components,
  }));
  return findBreakingChanges(old ?? { paths: {} }, next ?? { paths: {} });
}

describe('B17.2 a change that breaks clients', () => {
  it.each<[string, Api]>([
    ['POST /v1/things: is gone', api({ paths: {} })],
    ['POST /v1/things: is gone', api({ paths: { '/v1/things': {} } })],
    ['POST /v1/things: takes things:admin, and took things:create', api({ access: 'things:admin' })],
    ['POST /v1/things: query limit is gone', api({ parameters: false })],
    ['POST /v1/things: query limit is required', api({ limit: { type: 'integer', maximum: 100, required: true } })],
    ['POST /v1/things: query limit has a stricter maximum', api({ limit: { type: 'integer', maximum: 50 } })],
    [
      'POST /v1/things: query limit has a stricter minimum',
      api({ limit: { type: 'integer', maximum: 100, minimum: 2 } }),
    ],
    ['POST /v1/things: takes no body any more', api({ input: undefined })],
    ['POST /v1/things: input.kind is required', api({ input: { ...body, required: ['name', 'kind'] } })],
    [
      'POST /v1/things: input.kind is gone',
      api({ input: { ...body, properties: { name: body.properties?.['name'] ?? {} } } }),
    ],
    [
      'POST /v1/things: input.more is required',
      api({ input: changed(body, { more: { type: 'string' } }, ['name', 'more']) }),
    ],
    [
      'POST /v1/things: input.name has another type',
      api({ input: changed(body, { name: { type: 'integer', maxLength: 10, minLength: 1 } }) }),
    ],
    [
      'POST /v1/things: input.name has another format',
      api({ input: changed(body, { name: { type: 'string', format: 'uuid', maxLength: 10, minLength: 1 } }) }),
    ],
    [
      'POST /v1/things: input.name has a stricter maxLength',
      api({ input: changed(body, { name: { type: 'string', maxLength: 9, minLength: 1 } }) }),
    ],
    [
      'POST /v1/things: input.name has a stricter minLength',
      api({ input: changed(body, { name: { type: 'string', maxLength: 10, minLength: 2 } }) }),
    ],
    [
      'POST /v1/things: input.name has another pattern',
      api({ input: changed(body, { name: { type: 'string', maxLength: 10, minLength: 1, pattern: '^a' } }) }),
    ],
    [
      'POST /v1/things: input.kind takes fewer values',
      api({ input: changed(body, { kind: { type: 'string', enum: ['a'] } }) }),
    ],
    ['POST /v1/things: never answers 201 any more', api({ status: '200' })],
    [
      'POST /v1/things: output.id is gone',
      api({
        output: {
          ...view,
          required: ['kind'],
          properties: { kind: { type: 'string', enum: ['a', 'b'] }, tags: view.properties?.['tags'] ?? {} },
        },
      }),
    ],
    ['POST /v1/things: output.id may be missing', api({ output: { ...view, required: ['kind'] } })],
    [
      'POST /v1/things: output.id has another type',
      api({ output: changed(view, { id: { type: ['string', 'null'] } }) }),
    ],
    [
      'POST /v1/things: output.kind has more values',
      api({ output: changed(view, { kind: { type: 'string', enum: ['a', 'b', 'c'] } }) }),
    ],
    ['POST /v1/things: output.tags[].label is gone', api({ tag: { type: 'object', properties: {} } })],
  ])('is found: %s', (change, next) => {
    expect(findBreakingChanges(api(), next)).toContain(change);
  });

  it.each<[string, Api]>([
    ['nothing', api()],
    ['a new operation', { ...api(), paths: { ...api().paths, '/v2/things': api().paths['/v1/things'] ?? {} } }],
    ['an input that may be left out', api({ input: changed(body, { more: { type: 'string' } }) })],
    ['a wider input', api({ input: changed(body, { name: { type: 'string', maxLength: 20 } }) })],
    ['one more value to send', api({ input: changed(body, { kind: { type: 'string', enum: ['a', 'b', 'c'] } }) })],
    ['one more field in the answer', api({ output: changed(view, { more: { type: 'string' } }) })],
    ['one value less in the answer', api({ output: changed(view, { kind: { type: 'string', enum: ['a'] } }) })],
  ])('is not: %s', (_what, next) => {
    expect(findBreakingChanges(api(), next)).toEqual([]);
  });

  it.each<[string, Partial<Operation>]>([
    ['is called things.make, and was things.create', { operationId: 'things.make' }],
    ['asks for a credential', { security: [{ bearer: [] }] }],
    ['header if-match is required', { parameters: [{ name: 'If-Match', in: 'header', required: true }] }],
    ['header if-match is gone', { parameters: [] }],
    ['query kind takes fewer values', { parameters: [ifMatch, { ...kind, schema: { enum: ['a'] } }] }],
    ['query kind is required', { parameters: [ifMatch, { ...kind, required: true }] }],
    ['a body is required', { requestBody: { required: true, content: json(body) } }],
    ['input in application/json is gone', { requestBody: { content: { 'text/csv': {} } } }],
    ['output in application/json is gone', { responses: { ...responses, 201: { headers, content: {} } } }],
    ['header ETag of 201 is gone', { responses: { ...responses, 201: { content: json(view) } } }],
    ['header ETag of 201 may be missing', answering(201, { etag: { schema: { type: 'string' } } })],
    ['header ETag of 201 has another type', answering(201, { etag: { required: true, schema: { type: 'integer' } } })],
    ['header Retry-After of 409 is gone', answering(409, {})],
    ['never answers 409 any more', { responses: { 201: responses[201] } }],
    ['409 is never conflict any more', { responses: { ...responses, 409: problem(['in-use']) } }],
    ['409 output in application/problem+json is gone', { responses: { ...responses, 409: { headers } } }],
  ])('is found around the bodies: %s', (change, parts) => {
    expect(changesOf(parts)).toContain(`POST /v1/things: ${change}`);
  });

  it.each<[string, Partial<Operation>, Partial<Operation>]>([
    ['does not take apiKey as it did', { security: [{ bearer: [] }, { apiKey: [] }] }, { security: [{ bearer: [] }] }],
    ['does not take bearer as it did', { security: [{ bearer: ['a:read'] }] }, { security: [{ bearer: ['a:write'] }] }],
    ['does not take bearer as it did', { security: [{ bearer: [] }] }, { security: [{ bearer: [], apiKey: [] }] }],
  ])('is found in who may call: %s', (change, before, after) => {
    expect(changesOf(after, before)).toEqual([`POST /v1/things: ${change}`]);
  });

  it.each<[string, Partial<Operation>, Partial<Operation>]>([
    ['one more credential', { security: [{ bearer: [] }] }, { security: [{ bearer: [] }, { apiKey: [] }] }],
    ['its permission as a scope', { security: [{ bearer: [] }] }, { security: [{ bearer: ['things:create'] }] }],
    ['no credential any more', { security: [{ bearer: [] }] }, { security: [] }],
    ['one more header', {}, answering(201, { ...headers, Link: {} })],
    ['the same header in other letters', {}, answering(201, { etag: headers.ETag })],
    ['one more code', {}, { responses: { ...responses, 409: { ...problem(['conflict', 'gone']), headers: wait } } }],
    ['one more failure', {}, { responses: { ...responses, 410: problem(['gone']) } }],
    ['a header that may be sent', {}, { parameters: [ifMatch, kind, { name: 'Prefer', in: 'header' }] }],
  ])('around the bodies is not: %s', (_what, before, after) => {
    expect(changesOf(after, before)).toEqual([]);
  });

  it('is not what a format had bounded before; less than that is', () => {
    const dated = (day: Schema, count: Schema) => api({ input: changed(body, { day, count }) });
    const before = dated({ type: 'string', format: 'date' }, { type: 'integer', maximum: 5 });
    const after = dated(
      { type: 'string', format: 'date', maxLength: 10 },
      { type: 'integer', format: 'int32', maximum: 5 },
    );
    expect(findBreakingChanges(before, after)).toEqual([]);
    const narrower = dated({ type: 'string', format: 'date', maxLength: 9 }, { type: 'integer', maximum: 5 });
    expect(findBreakingChanges(before, narrower)).toEqual(['POST /v1/things: input.day has a stricter maxLength']);
  });

  it('is in no version that is live: docs/openapi.json against what was released last', () => {
    const read = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Api;
    const released = read('docs/openapi-released.json');
    expect(Object.keys(released.paths).length).toBeGreaterThan(10);
    expect(findBreakingChanges(released, read('docs/openapi.json'))).toEqual([]);
  });
});
