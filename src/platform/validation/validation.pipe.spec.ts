import 'reflect-metadata';
import { Type } from 'class-transformer';
import { ValidateNested } from 'class-validator';
import { describe, expect, it } from 'vitest';
import { errorsOf, pipe, transform } from '../../../test/support/validated.ts';
import { ValidationFailed, type FieldError } from '../errors/index.js';
import { Text } from './fields.js';
import { PageQuery } from './page.query.js';

const UUID = '0190a0b0-0000-7000-8000-000000000001';

class TextBody {
  @Text({ min: 2, max: 10 }) value!: string;
}

describe('the validation pipe', () => {
  class PatchBody {
    @Text({ max: 10, optional: true }) name?: string;
  }
  class Line {
    @Text({ max: 5 }) street!: string;
  }
  class LetterBody {
    @Text({ max: 10 }) to!: string;
    @ValidateNested() @Type(() => Line) line!: Line;
  }

  it('A3.1 makes an instance of the class, so that defaults hold', async () => {
    expect(await transform(PageQuery, {})).toBeInstanceOf(PageQuery);
    expect(await transform(PageQuery, {})).toMatchObject({ limit: 20 });
    expect(await transform(PageQuery, { limit: '100', cursor: UUID })).toMatchObject({ limit: 100, cursor: UUID });
  });

  it.each<[string, object]>([
    ['a page of nothing', { limit: '0' }],
    ['a page of too much', { limit: '101' }],
    ['two sizes', { limit: ['1', '2'] }],
    ['no size', { limit: '' }],
    ['a null size', { limit: null }],
    ['a cursor that is no id', { cursor: '1 OR 1=1' }],
    ['an offset', { offset: '10' }],
    ['other capitals', { LIMIT: '1' }],
  ])('A3.2 refuses %s in the query of a list', async (_what, query) => {
    expect(await errorsOf(PageQuery, query)).toHaveLength(1);
  });

  it('A3.1 takes an optional field that is absent, and no other nothing', async () => {
    expect(await transform(PatchBody, {})).toEqual({});
    expect(await transform(PatchBody, { name: undefined })).toEqual({});
    expect(await errorsOf(PatchBody, { name: null })).toMatchObject([{ pointer: '#/name' }]);
    expect(await errorsOf(PatchBody, { name: '' })).toMatchObject([{ pointer: '#/name' }]);
  });

  it('A3.1 names every broken field, each once and with a stable code', async () => {
    expect(await errorsOf(LetterBody, { to: 'x'.repeat(99), line: { street: 'too long' }, role: 'owner' })).toEqual([
      { pointer: '#/role', code: 'unknown-field', message: expect.any(String) },
      { pointer: '#/to', code: 'is-length', message: expect.any(String) },
      { pointer: '#/line/street', code: 'is-length', message: expect.any(String) },
    ]);
  });

  it.each<[string, string]>([
    ['a/b', '#/a~1b'],
    ['a~b', '#/a~0b'],
    ['~1', '#/~01'],
    ['/', '#/~1'],
    ['m~n/o', '#/m~0n~1o'],
    ['', '#/'],
    ['a b', '#/a%20b'],
    ['50%', '#/50%25'],
    ['k"l', '#/k%22l'],
    ['ü', '#/%C3%BC'],
    ['a\nb', '#/a%0Ab'],
  ])('B8.4 points to the unknown field "%s" as RFC 6901 §6 has it', async (name, pointer) => {
    expect(await errorsOf(PatchBody, { [name]: 1 })).toMatchObject([{ pointer, code: 'unknown-field' }]);
  });

  it.each([
    'role',
    'id',
    'organizationId',
    'isAdmin',
    'toString',
    'hasOwnProperty',
    'constructor',
    'prototype',
    '$where',
  ])('B15.2 refuses the field %s that no class lists', async (name) => {
    expect(await errorsOf(PatchBody, { [name]: 'owner' })).toMatchObject([{ code: 'unknown-field' }]);
  });

  it.each([
    '{"__proto__":{"isAdmin":true}}',
    '{"name":"a","__proto__":{"isAdmin":true}}',
    '{"constructor":{"prototype":{"isAdmin":true}}}',
  ])('A3.3 gives no prototype a property from %s', async (json) => {
    const outcome: unknown = await transform(PatchBody, JSON.parse(json)).catch((error: unknown) => error);
    expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined();
    expect(Reflect.get(Object(outcome), 'isAdmin')).toBeUndefined();
    expect(Object.getPrototypeOf(PatchBody.prototype)).toBe(Object.prototype);
  });

  it.each<[string, unknown]>([
    ['an empty list', []],
    ['a list of bodies', [{ value: 'Ada' }]],
    ['text', 'Ada'],
    ['a number', 7],
    ['true', true],
    ['null', null],
    ['nothing', undefined],
  ])('A3.1 refuses %s for a body', async (_what, value) => {
    expect(await errorsOf(TextBody, value)).not.toHaveLength(0);
  });

  it.each<[string, unknown]>([
    ['an empty list', []],
    ['a list of bodies', [{ name: 'Ada' }]],
    ['text', 'Ada'],
    ['a number', 7],
    ['true', true],
  ])('A3.1 refuses %s for a body whose fields are all optional', async (_what, value) => {
    expect(await errorsOf(PatchBody, value)).not.toHaveLength(0);
  });
});

describe('A3.2 what is too large to be looked at closely', () => {
  const refusalOf = async (value: unknown): Promise<readonly FieldError[]> => {
    const outcome: unknown = await pipe
      .transform(value, { type: 'body', metatype: TextBody })
      .catch((error: unknown) => error);
    return outcome instanceof ValidationFailed ? outcome.fields : [];
  };
  const nested = (levels: number): unknown => (levels === 0 ? 'x' : { value: nested(levels - 1) });
  const list = (length: number) => ({ value: Array.from({ length }, () => 'x') });

  it.each([
    ['33 levels', nested(33), 'max-depth'],
    ['5,000 levels', nested(5000), 'max-depth'],
    ['101 items', list(101), 'array-max-size'],
    ['101 items within others', { value: [[list(101)]] }, 'array-max-size'],
  ])('is refused: %s', async (_what, value, code) => {
    expect((await refusalOf(value)).map((error) => error.code)).toContain(code);
  });

  it('is not 32 levels and 100 items: those are judged by their rules', async () => {
    for (const value of [nested(32), list(100)]) {
      const codes = (await refusalOf(value)).map((error) => error.code);
      expect(codes).not.toContain('max-depth');
      expect(codes).not.toContain('array-max-size');
    }
  });
});
