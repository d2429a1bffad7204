import { describe, expect, it } from 'vitest';
import { AppError, ServiceUnavailable, ValidationFailed } from './app-error.js';
import { catalogue, isErrorCode, type ErrorCode } from './catalogue.js';
import { problemOf } from './problem.js';

const codes = Object.keys(catalogue) as ErrorCode[];
const occurrence = { publicUrl: 'https://api.example.com', requestId: '0190a0b0-0000-4000-8000-000000000001' };

describe('a problem', () => {
  it.each(codes)('B8.1 of %s has the members of RFC 9457 and no other', (code) => {
    expect(problemOf(code, occurrence)).toEqual({
      type: `https://api.example.com/errors/${code}`,
      title: catalogue[code].title,
      status: catalogue[code].status,
      code,
      instance: 'urn:uuid:0190a0b0-0000-4000-8000-000000000001',
    });
  });

  it('B8.4 lists the broken fields, when there are any', () => {
    const fields = [{ pointer: '#/a', code: 'is-string', message: 'a must be a string' }];
    expect(problemOf('validation-failed', { ...occurrence, fields }).errors).toEqual(fields);
    expect(problemOf('validation-failed', { ...occurrence, fields: [] })).not.toHaveProperty('errors');
  });
});

describe('the catalogue', () => {
  it.each(codes)('B8.1 has for %s a code in kebab case, an error status and two sentences for people', (code) => {
    const { status, title, remedy } = catalogue[code];
    expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
    expect(title).toMatch(/^[A-Z][^.]+$/);
    expect(remedy).toMatch(/^[A-Z].+\.$/);
  });

  const inside =
    /nest|fastify|prisma|postgres|redis|argon|node|sql|jwt|stack|exception|database|table|column|\bkey|\//i;
  it.each(codes)('B8.2 says with the title of %s nothing about the inside', (code) => {
    expect(catalogue[code].title).not.toMatch(inside);
  });

  it('B8.3 has one text for every reason why signing in fails', () => {
    const signIn = codes.filter((code) => /password|account/i.test(catalogue[code].title));
    expect(signIn).toEqual(['invalid-credentials']);
    expect(catalogue['invalid-credentials'].title).not.toMatch(/unknown|suspended|exist/i);
  });

  it.each(['', 'nope', 'NOT-FOUND', 'not-found ', 'toString', '__proto__', 'constructor'])(
    'B8.1 does not have the code "%s"',
    (code) => {
      expect(isErrorCode(code)).toBe(false);
    },
  );
});

describe('an error of ours', () => {
  it('B8.2 keeps cause and context apart from what a client sees', () => {
    const cause = new Error('duplicate key value violates unique constraint');
    const error = new AppError('conflict', { cause, context: { table: 'User' } });
    expect(error).toMatchObject({ status: 409, cause, context: { table: 'User' }, headers: {}, fields: [] });
    expect(error.message).toBe('The request conflicts with what is already there');
    expect(JSON.stringify(problemOf(error.code, { ...occurrence, fields: error.fields }))).not.toMatch(
      /duplicate|User/,
    );
  });

  it('B6.5 that may pass says when to come back', () => {
    expect(new ServiceUnavailable().headers).toEqual({ 'retry-after': '1' });
    expect(new ServiceUnavailable({ retryAfterSeconds: 7 }).headers).toEqual({ 'retry-after': '7' });
  });

  it('is named after the fact that it states', () => {
    class ShelfFull extends AppError {}
    expect([new ShelfFull('conflict').name, new ValidationFailed([]).name]).toEqual(['ShelfFull', 'ValidationFailed']);
  });
});
