import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findBreakingChanges, type Api, type Schema } from './api-changes.ts';

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
