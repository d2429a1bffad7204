import 'reflect-metadata';
import { Type } from 'class-transformer';
import { ValidateNested } from 'class-validator';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ValidationFailed, type FieldError } from '../errors/index.js';
import {
  CalendarDate,
  Email,
  Identifier,
  Instant,
  OneOf,
  OpaqueToken,
  Phone,
  Text,
  TypedSecret,
  WholeNumber,
} from './fields.js';
import { PageQuery } from './page.query.js';
import { createValidationPipe } from './validation.pipe.js';

// Long, because it is tables: the vocabulary is tested through the pipe that ships, and both share the bodies below.
const pipe = createValidationPipe();
const UUID = '0190a0b0-0000-7000-8000-000000000001';

class TextBody {
  @Text({ min: 2, max: 10 }) value!: string;
}
class EmailBody {
  @Email() value!: string;
}
class SecretBody {
  @TypedSecret({ max: 128 }) value!: string;
}
class TokenBody {
  @OpaqueToken() value!: string;
}
class PhoneBody {
  @Phone() value!: string;
}
class DateBody {
  @CalendarDate() value!: string;
}
class InstantBody {
  @Instant() value!: string;
}
class IdentifierBody {
  @Identifier() value!: string;
}
class KindBody {
  @OneOf(['red', 'green']) value!: string;
}
class NumberBody {
  @WholeNumber({ min: 1, max: 100 }) value!: number;
}

const bodies = {
  Text: TextBody,
  Email: EmailBody,
  TypedSecret: SecretBody,
  OpaqueToken: TokenBody,
  Phone: PhoneBody,
  CalendarDate: DateBody,
  Instant: InstantBody,
  Identifier: IdentifierBody,
  OneOf: KindBody,
  WholeNumber: NumberBody,
};
type Kind = keyof typeof bodies;
const kinds = Object.keys(bodies) as Kind[];

function transform(metatype: new () => object, value: unknown): Promise<Record<string, unknown>> {
  return pipe.transform(value, { type: 'body', metatype, data: undefined }) as Promise<Record<string, unknown>>;
}

/** The errors of the refusal; a body that is accepted, or fails in another way, fails the test. */
async function errorsOf(metatype: new () => object, value: unknown): Promise<readonly FieldError[]> {
  const outcome: unknown = await transform(metatype, value).catch((error: unknown) => error);
  if (!(outcome instanceof ValidationFailed)) throw new Error('was not refused', { cause: outcome });
  return outcome.fields;
}

describe('the vocabulary of fields', () => {
  it.each<[Kind, unknown, unknown]>([
    ['Text', '  Ada ', 'Ada'],
    ['Text', 'x'.repeat(10), 'x'.repeat(10)],
    ['Text', '😀'.repeat(10), '😀'.repeat(10)],
    ['Email', ' Ada@Example.COM ', 'ada@example.com'],
    ['Email', 'ada+tag@example.com', 'ada+tag@example.com'],
    ['TypedSecret', ' as typed ', ' as typed '],
    ['TypedSecret', '\u0000 \ud83d\ude00', '\u0000 😀'],
    ['OpaqueToken', 'a'.repeat(43), 'a'.repeat(43)],
    ['Phone', '+44 (20) 7946-0123', '+442079460123'],
    ['CalendarDate', '1984-02-29', '1984-02-29'],
    ['Instant', '2026-01-31T09:30:00Z', '2026-01-31T09:30:00Z'],
    ['Identifier', UUID, UUID],
    ['OneOf', 'red', 'red'],
    ['WholeNumber', '7', 7],
    ['WholeNumber', 7, 7],
  ])('B2.2 takes for %s the value %j in its canonical form', async (kind, value, expected) => {
    expect(await transform(bodies[kind], { value })).toEqual({ value: expected });
  });

  it('B2.2 takes an identifier in capitals as the same identifier, as the path does', async () => {
    expect(await transform(IdentifierBody, { value: UUID.toUpperCase() })).toEqual({ value: UUID });
  });

  const hostile: readonly [Kind, unknown][] = [
    ['Text', 'x'],
    ['Text', '   '],
    ['Text', 'x'.repeat(11)],
    ['Text', '😀'.repeat(11)],
    ['Text', 'a\0b'],
    ['Text', 'a\ud800'],
    ['Text', 'a\u001b[2J'],
    ['Text', `a${'\ufe0f'.repeat(5000)}`],
    ['Email', 'ada'],
    ['Email', 'ada@'],
    ['Email', '@example.com'],
    ['Email', 'ada@example'],
    ['Email', 'ada@@example.com'],
    ['Email', 'ada@example.com, eve@example.com'],
    ['Email', 'ada@example.com\r\nBcc: eve@example.com'],
    ['Email', 'ada@example.com\0'],
    ['Email', 'Ada <ada@example.com>'],
    ['Email', 'ada@[127.0.0.1]'],
    ['Email', 'ada@127.0.0.1'],
    ['Email', 'аda@example.com'],
    ['Email', 'ada@exa mple.com'],
    ['Email', 'ada@-example.com'],
    ['Email', '.ada@example.com'],
    ['Email', 'a..da@example.com'],
    ['Email', `${'a'.repeat(65)}@example.com`],
    ['Email', `ada@${'a.'.repeat(130)}example.com`],
    ['TypedSecret', 'x'.repeat(129)],
    ['TypedSecret', `a${'\ufe0f'.repeat(5000)}`],
    ['OpaqueToken', 'a'.repeat(42)],
    ['OpaqueToken', 'a'.repeat(44)],
    ['OpaqueToken', `${'a'.repeat(42)}=`],
    ['OpaqueToken', `${'a'.repeat(42)}+`],
    ['OpaqueToken', `${'a'.repeat(43)}\n`],
    ['Phone', '020 7946 0123'],
    ['Phone', '0044 20 7946 0123'],
    ['Phone', '+0442079460123'],
    ['Phone', '+44'],
    ['Phone', '+4420794601234567'],
    ['Phone', '+44207946012x'],
    ['Phone', '++442079460123'],
    ['Phone', '+٤٤٢٠٧٩٤٦٠١٢٣'],
    ['Phone', '+442079460123\0'],
    ['Phone', 'tel:+442079460123'],
    ['CalendarDate', '2023-02-29'],
    ['CalendarDate', '1984-02-29T00:00:00Z'],
    ['Instant', '2026-01-31'],
    ['Instant', '2026-01-31T09:30:00'],
    ['Identifier', '1'],
    ['Identifier', UUID.slice(1)],
    ['Identifier', `${UUID}0`],
    ['Identifier', `{${UUID}}`],
    ['Identifier', `urn:uuid:${UUID}`],
    ['Identifier', UUID.replaceAll('-', '')],
    ['Identifier', `${UUID}\n`],
    ['Identifier', "' OR 1=1 --"],
    ['OneOf', 'blue'],
    ['OneOf', 'RED'],
    ['OneOf', 'red '],
    ['OneOf', 'constructor'],
    ['OneOf', ['red', 'green']],
    ['WholeNumber', '0'],
    ['WholeNumber', '101'],
    ['WholeNumber', '-1'],
    ['WholeNumber', '1.5'],
    ['WholeNumber', 'seven'],
    ['WholeNumber', '7;DROP TABLE'],
    ['WholeNumber', 'NaN'],
    ['WholeNumber', 'Infinity'],
    ['WholeNumber', '1e400'],
    ['WholeNumber', '9007199254740993'],
    ['WholeNumber', '0x10'],
    ['WholeNumber', '1e1'],
    ['WholeNumber', ' 7'],
    ['WholeNumber', ['7', '8']],
    ['WholeNumber', ['7']],
    ['WholeNumber', true],
  ];

  it.each(hostile)('A3.1 refuses for %s the value %j', async (kind, value) => {
    expect(await errorsOf(bodies[kind], { value })).toMatchObject([{ pointer: '#/value' }]);
  });

  const ofNoKind: readonly [string, unknown][] = [
    ['null', null],
    ['nothing', undefined],
    ['empty text', ''],
    ['a list', []],
    ['a list of text', ['red']],
    ['an object', {}],
    ['an object with a length', { length: 5 }],
    ['an object that is text when asked', { toString: () => 'red' }],
    ['a query operator', { $ne: null }],
    ['false', false],
    ['a fraction', 0.5],
  ];

  it.each(kinds.flatMap((kind) => ofNoKind.map(([what, value]) => [kind, what, value] as const)))(
    'A3.1 refuses for %s %s',
    async (kind, _what, value) => {
      expect(await errorsOf(bodies[kind], { value })).toMatchObject([{ pointer: expect.stringMatching(/^#\/value/) }]);
    },
  );

  it.each(kinds)('A3.5 refuses 100 KB of hostile text for %s in no time', async (kind) => {
    const texts = ['a', '@', 'a@', '.', '+', '1', '-', ' ', 'a.'].map((part) => `${part.repeat(50_000)}!`);
    const before = performance.now();
    for (const value of texts) await errorsOf(bodies[kind], { value });
    expect((performance.now() - before) / texts.length).toBeLessThan(200);
  });

  it.each(kinds)('B8.4 never echoes the value that breaks the rule of %s', async (kind) => {
    const canaries = fc.tuple(fc.string(), fc.string()).map(([before, after]) => `${before}canary-7f3a${after}`);
    const values = fc.oneof(
      canaries,
      canaries.map((text) => [text]),
      canaries.map((text) => ({ [text]: text })),
    );
    await fc.assert(
      fc.asyncProperty(values, async (value) => {
        const outcome: unknown = await transform(bodies[kind], { value }).catch((error: unknown) => error);
        if (!(outcome instanceof Error)) return;
        const { message, fields } = outcome as ValidationFailed;
        expect(JSON.stringify({ message, fields })).not.toContain('canary-7f3a');
      }),
      { numRuns: 50 },
    );
  });
});

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
