import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findContractGaps, type Contract } from './api-contract.ts';

const described = JSON.parse(readFileSync('docs/openapi.json', 'utf8')) as Contract;
const NAME = 'POST /v2/patients';

type Operation = Contract['paths'][string][string];

/** One operation of ours, changed. */
function changed(change: (operation: Operation) => object): Contract {
  const operation = described.paths['/v2/patients']?.['post'];
  if (operation === undefined) throw new Error('no operation');
  return { ...described, paths: { '/v2/patients': { post: change(operation) as Operation } } };
}

const without = (operation: Operation, status: string) => ({
  ...operation,
  responses: Object.fromEntries(Object.entries(operation.responses).filter(([key]) => key !== status)),
});
const answering = (operation: Operation, status: string, answer: object) => ({
  ...operation,
  responses: { ...operation.responses, [status]: answer },
});
const headers = { RateLimit: {}, 'RateLimit-Policy': {} };
const problem = (code: string, schema: object = { type: 'string', enum: [code] }) => ({
  headers,
  content: { 'application/problem+json': { schema, examples: { [code]: { $ref: `#/components/examples/${code}` } } } },
});

describe('A14.1 what an operation has to say', () => {
  it.each<[string, (operation: Operation) => object]>([
    ['does not say which credential it takes', (operation) => ({ ...operation, security: undefined })],
    ['does not say which scope it takes', (operation) => ({ ...operation, security: [{ bearer: [] }] })],
    ['is public and takes a credential', (operation) => ({ ...operation, 'x-access': 'public' })],
    ['has 0 successes', (operation) => without(operation, '201')],
    ['has 2 successes', (operation) => answering(operation, '200', operation.responses['201'] ?? {})],
    ['says nothing of 401', (operation) => without(operation, '401')],
    ['says nothing of 429', (operation) => without(operation, '429')],
    ['says nothing of 500', (operation) => without(operation, '500')],
    ['201 has no view', (operation) => answering(operation, '201', { headers })],
    ['201 has no RateLimit', (operation) => answering(operation, '201', { headers: { 'RateLimit-Policy': {} } })],
    ['409 has no RateLimit-Policy', (operation) => answering(operation, '409', { headers: { RateLimit: {} } })],
    ['429 has no Retry-After', (operation) => answering(operation, '429', problem('quota-exceeded'))],
    ['503 has no Retry-After', (operation) => answering(operation, '503', problem('service-unavailable'))],
    ['409 does not name its codes', (operation) => answering(operation, '409', { headers })],
    [
      '409 does not name its codes',
      (operation) => answering(operation, '409', problem('conflict', { type: 'object' })),
    ],
    ['409 is no answer of gone', (operation) => answering(operation, '409', problem('gone'))],
    ['409 has an example that is none', (operation) => answering(operation, '409', problem('gone'))],
    [
      'request has no example',
      (operation) => ({ ...operation, requestBody: { content: { 'application/json': { schema: {} } } } }),
    ],
    [
      '201 has an example that is none',
      (operation) =>
        answering(operation, '201', {
          headers,
          content: {
            'application/json': {
              schema: { $ref: '#/components/schemas/RecordView' },
              examples: { one: { $ref: '#/components/examples/PatientV2View' } },
            },
          },
        }),
    ],
  ])('fires: %s', (gap, change) => {
    expect(
      findContractGaps(changed(change)).some((found) => found.startsWith(`${NAME}: ${gap}`)),
      gap,
    ).toBe(true);
  });

  it('every operation of docs/openapi.json says: who, what it answers, each problem, the limits, and an example', () => {
    expect(Object.keys(described.paths).length).toBeGreaterThan(40);
    expect(findContractGaps(described)).toEqual([]);
  });
});
