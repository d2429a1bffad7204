import 'reflect-metadata';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorsOf, transform } from '../../../test/support/validated.ts';
import { ValidationFailed } from '../errors/index.js';
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

/** Through the pipe that ships. */
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
