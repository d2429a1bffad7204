import { expect } from 'vitest';
import { catalogue, PROBLEM_CONTENT_TYPE, type ErrorCode } from '../../src/platform/errors/index.js';
import type { Answer } from './caller.ts';

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';

/** Words that only somebody who knows the inside could write: stacks, SQL, paths, packages. */
export const INSIDE =
  /node_modules|\/src\/|\/dist\/|\.[tj]s\b|\bat [\w.<>]+ \(|\bstack\b|prisma|postgres|\bpg_|fastify|FST_ERR|\bnest(?:js)?\b|passport|jsonwebtoken|\bjwt\b|ECONN|argon2|rampart_app|\bSELECT\b|\bINSERT\b|\bUPDATE\b/i;

/** The answer is the problem of this code (RFC 9457): catalogue values, its request's id, and nothing about the inside. */
export function expectProblem(answer: Answer, code: ErrorCode): void {
  const { status, title } = catalogue[code];
  expect(answer.body, answer.text.slice(0, 500)).toMatchObject({ status, title, code });
  expect(answer.status).toBe(status);
  expect(String(answer.headers['content-type']).split(';')[0]).toBe(PROBLEM_CONTENT_TYPE);
  expect(new URL(String(answer.body['type'])).pathname).toBe(`/errors/${code}`);
  expect(answer.body['instance']).toMatch(new RegExp(`^urn:uuid:${UUID}$`));
  expect(Object.keys(answer.body).filter((name) => name !== 'errors')).toEqual([
    'type',
    'title',
    'status',
    'code',
    'instance',
  ]);
  expect(answer.text).not.toMatch(INSIDE);
  // RFC 9110 §11.6.1: a 401 always says how to authenticate.
  if (status === 401) expect(answer.headers['www-authenticate']).toMatch(/^Bearer realm=/);
}

/** Everything of an answer that a client could tell two answers apart by; what is left of a budget tells the caller of themselves. */
export function visibleOf({ status, headers, body }: Answer): unknown {
  const { date: _date, 'x-request-id': _id, ratelimit: _left, ...rest } = headers;
  return { status, headers: rest, body: { ...body, instance: undefined } };
}

/** The rule that each field breaks, by pointer (RFC 6901 §6: in a fragment it may be percent-encoded). */
export function brokenRules(answer: Answer): Record<string, string> {
  const errors = answer.body['errors'] as { pointer: string; code: string }[] | undefined;
  return Object.fromEntries((errors ?? []).map(({ pointer, code }) => [decodeURIComponent(pointer), code]));
}
