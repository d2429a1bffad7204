import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isCalendarDate, isInstant, isStorableText } from './constraints.js';

const notText: readonly [unknown][] = [
  [undefined],
  [null],
  [7],
  [true],
  [[]],
  [['a']],
  [{}],
  [new Date(0)],
  [Symbol('a')],
];

describe('storable text', () => {
  it.each([
    '',
    'Ada',
    'é',
    'e\u0301',
    '日本',
    '😀',
    'a\tb',
    'a\nb',
    'a\r\nb',
    '\u00a0',
    '\u200f',
    '\ufeff',
    '<script>',
  ])('A3.3 may be %j', (text) => {
    expect(isStorableText(text)).toBe(true);
  });

  it.each([
    '\0',
    'a\0b',
    '\u0001',
    '\b',
    '\v',
    '\f',
    '\u001b[31m',
    '\u007f',
    '\ud800',
    'a\udc00',
    '\udc00\ud800',
    '😀\ud83d',
  ])('A3.3 is never %j', (text) => {
    expect(isStorableText(text)).toBe(false);
  });

  it.each(notText)('A3.3 is never %o, which is no text', (value) => {
    expect(isStorableText(value)).toBe(false);
  });

  it('A3.3 comes back from UTF-8 as it was, and has no NUL', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(isStorableText(text));
        expect(Buffer.from(text, 'utf8').toString('utf8')).toBe(text);
        expect(text).not.toContain('\0');
      }),
    );
  });

  it('A3.3 is whatever is well formed and has no control characters but tab and line breaks', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const hasControl = text.split('').some((character) => {
          const code = character.charCodeAt(0);
          return (code < 32 && !'\t\n\r'.includes(character)) || (code >= 127 && code < 160);
        });
        expect(isStorableText(text)).toBe(text.isWellFormed() && !hasControl);
      }),
    );
  });
});

describe('a calendar date', () => {
  it.each(['1984-02-29', '2000-02-29', '1900-01-01', '2199-12-31'])('B2.2 may be %s', (date) => {
    expect(isCalendarDate(date)).toBe(true);
  });

  it.each([
    '2023-02-29',
    '1900-02-29',
    '2026-02-30',
    '2026-04-31',
    '2026-13-01',
    '2026-00-10',
    '2026-01-00',
    '2026-01-32',
    '1899-12-31',
    '2200-01-01',
    '0000-01-01',
    '9999-12-31',
    '+012026-01-01',
    '-002026-01-01',
    '84-02-29',
    '1984-2-29',
    '1984/02/29',
    '29.02.1984',
    '19840229',
    '1984-02-29T00:00:00Z',
    ' 1984-02-29',
    '1984-02-29 ',
    '1984-02-29\n',
    '１９８４-02-29',
    '1984-W09-3',
    '1984-060',
    'today',
    '',
  ])('B2.2 is never "%s"', (date) => {
    expect(isCalendarDate(date)).toBe(false);
  });

  it.each(notText)('B2.2 is never %o', (value) => {
    expect(isCalendarDate(value)).toBe(false);
  });

  it('B2.2 is every day from 1900 to 2199, and comes back as it was', () => {
    const days = fc.date({ min: new Date('1900-01-01Z'), max: new Date('2199-12-31Z'), noInvalidDate: true });
    fc.assert(
      fc.property(days, (day) => {
        const date = day.toISOString().slice(0, 10);
        expect(isCalendarDate(date)).toBe(true);
        expect(new Date(date).toISOString().slice(0, 10)).toBe(date);
      }),
    );
  });
});

describe('an instant', () => {
  it.each([
    '2026-01-31T09:30:00Z',
    '2026-01-31T09:30:00.1Z',
    '2026-01-31T09:30:00.123Z',
    '2026-01-31T09:30:00+05:30',
    '2026-01-31T09:30:00-11:00',
    '2026-01-31T23:59:59Z',
  ])('B2.2 may be %s', (instant) => {
    expect(isInstant(instant)).toBe(true);
  });

  it.each([
    '2026-01-31',
    '2026-01-31T09:30:00',
    '2026-01-31T09:30Z',
    '2026-01-31 09:30:00Z',
    '2026-01-31t09:30:00z',
    '2026-02-30T09:30:00Z',
    '2026-01-31T24:00:01Z',
    '2026-01-31T25:00:00Z',
    '2026-01-31T09:60:00Z',
    '2026-01-31T09:30:61Z',
    '2026-01-31T09:30:00.1234Z',
    '2026-01-31T09:30:00.Z',
    '2026-01-31T09:30:00+0530',
    '2026-01-31T09:30:00+24:00',
    '2026-01-31T09:30:00+05:60',
    '2026-01-31T09:30:00GMT',
    '1899-12-31T23:59:59Z',
    '2026-01-31T09:30:00Z\n',
    'now',
    '1769851800',
    '',
  ])('B2.2 is never "%s"', (instant) => {
    expect(isInstant(instant)).toBe(false);
  });

  it.each(notText)('B2.2 is never %o', (value) => {
    expect(isInstant(value)).toBe(false);
  });
});
