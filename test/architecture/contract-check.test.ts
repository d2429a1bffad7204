import { describe, expect, it } from 'vitest';
import { ContractCheck, type Contract, type Given } from '../support/contract.ts';

const described = {
  RateLimit: { $ref: '#/components/headers/RateLimit' },
  'RateLimit-Policy': { schema: { type: 'string' } },
  'Retry-After': { schema: { type: 'integer', minimum: 1 } },
};
const json = (name: string) => ({
  headers: described,
  content: { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } },
});
const document: Contract = {
  paths: {
    '/v1/things/{id}': {
      get: { responses: { 200: json('Thing'), 404: { $ref: '#/components/responses/not-found' } } },
    },
    '/v1/things': {
      get: { responses: { 200: json('ThingPage') }, parameters: [{ name: 'fields' }] },
      delete: { responses: { 204: { headers: described } } },
    },
  },
  components: {
    responses: {
      'not-found': {
        headers: described,
        content: {
          'application/problem+json': {
            schema: {
              allOf: [
                { $ref: '#/components/schemas/Problem' },
                { type: 'object', properties: { code: { type: 'string', enum: ['not-found'] } } },
              ],
            },
          },
        },
      },
    },
    headers: { RateLimit: { required: true, schema: { type: 'string', pattern: ';r=' } } },
    schemas: {
      Problem: {
        type: 'object',
        required: ['code'],
        properties: { code: { type: 'string' }, status: { type: 'number' } },
      },
      Thing: {
        type: 'object',
        required: ['id', 'name'],
        properties: { id: { type: 'string', format: 'uuid' }, name: { type: 'string', maxLength: 5 } },
      },
      ThingPage: {
        type: 'object',
        required: ['items', 'nextCursor'],
        properties: {
          items: { type: 'array', items: { $ref: '#/components/schemas/Thing' } },
          nextCursor: { type: ['string', 'null'] },
        },
      },
    },
  },
};

const id = '0198d2f0-6f3a-7c11-9b1e-3a5d5f6c7e21';
const limits = { ratelimit: '"address";r=1;t=60', 'ratelimit-policy': '"address";q=2;w=60' };
const asJson = { ...limits, 'content-type': 'application/json; charset=utf-8' };
const asProblem = { ...limits, 'content-type': 'application/problem+json' };
const show: Given = {
  method: 'GET',
  url: `/v1/things/${id}`,
  route: '/v1/things/:id',
  status: 200,
  headers: asJson,
  payload: JSON.stringify({ id, name: 'one' }),
};
const list: Given = {
  ...show,
  url: '/v1/things?fields=name',
  route: '/v1/things',
  payload: '{"items":[{"name":"one"}],"nextCursor":null}',
};
const remove: Given = { ...show, method: 'DELETE', route: '/v1/things', status: 204, headers: limits, payload: '' };
const missing: Given = { ...show, status: 404, headers: asProblem, payload: '{"code":"not-found","status":404}' };

describe('A14.1 B7.1 the check of every answer', () => {
  const check = new ContractCheck(document);

  it.each<[string, Given]>([
    ['what is described', show],
    ['a problem', missing],
    ['the fields that were asked for', list],
    ['no body', remove],
    ['a header that may be there', { ...show, headers: { ...asJson, 'retry-after': '30' } }],
    ['what every answer has to keep browsers safe', { ...show, headers: { ...asJson, 'x-frame-options': 'DENY' } }],
    ['what HEAD leaves out', { ...show, method: 'HEAD', payload: '' }],
    ['a route that is not in the description', { ...show, route: '/docs/', status: 418 }],
  ])('passes %s', (_what, given) => {
    expect(check.faultOf(given)).toBeUndefined();
  });

  it.each<[string, Given]>([
    ['a status', { ...show, status: 418 }],
    ['a missing field', { ...show, payload: `{"id":"${id}"}` }],
    ['a field that no view lists', { ...show, payload: `{"id":"${id}","name":"one","hash":"x"}` }],
    ['a value of another type', { ...show, payload: `{"id":"${id}","name":1}` }],
    ['a value of another format', { ...show, payload: '{"id":"1","name":"one"}' }],
    ['a value beyond its bound', { ...show, payload: `{"id":"${id}","name":"longer"}` }],
    ['a media type', { ...show, headers: { ...limits, 'content-type': 'text/html' } }],
    ['a problem as JSON', { ...missing, headers: asJson }],
    ['the code of another problem', { ...missing, payload: '{"code":"gone","status":404}' }],
    ['a success that does not tell the limits', { ...show, headers: { 'content-type': 'application/json' } }],
    ['a header', { ...show, headers: { ...asJson, etag: '"1"' } }],
    ['a header of HEAD', { ...show, method: 'HEAD', headers: { ...asJson, etag: '"1"' }, payload: '' }],
    ['a header of a problem', { ...missing, headers: { ...asProblem, etag: '"1"' } }],
    ['a value of a header', { ...show, headers: { ...asJson, ratelimit: 'plenty' } }],
    ['a date where seconds are', { ...show, headers: { ...asJson, 'retry-after': 'Thu, 01 Jan 2026 00:00:00 GMT' } }],
    ['a number beyond its bound', { ...show, headers: { ...asJson, 'retry-after': '0' } }],
    [
      'a problem without a header it always has',
      { ...missing, headers: { 'content-type': 'application/problem+json' } },
    ],
    ['a body where there is none', { ...remove, payload: '{}' }],
    ['less than the fields that were asked for', { ...list, payload: '{"items":[{}],"nextCursor":null}' }],
    [
      'more than the fields that were asked for',
      { ...list, payload: `{"items":[{"id":"${id}","name":"one"}],"nextCursor":null}` },
    ],
    ['fewer fields where nobody can ask', { ...show, url: `${show.url}?fields=name`, payload: '{"name":"one"}' }],
  ])('fires on %s that is not described', (_what, given) => {
    expect(check.faultOf(given)).toContain('answered');
  });
});
