import { describe, expect, it } from 'vitest';
import { parsersOfReads } from './read-types.js';

const parse = (oid: number, value: string): unknown => parsersOfReads.getTypeParser(oid)(value);

describe('values of prepared reads', () => {
  it.each([
    ['a text', 25, "O'Hara", "O'Hara"],
    ['a date', 1082, '1984-02-29', '1984-02-29'],
    ['a moment', 1184, '2026-01-31 09:30:00.123+00', '2026-01-31T09:30:00.123Z'],
    ['a moment whose milliseconds end with zeros', 1184, '2026-01-31 09:30:00.1+00', '2026-01-31T09:30:00.100Z'],
    ['a moment on the second', 1184, '2026-01-31 09:30:00+00', '2026-01-31T09:30:00.000Z'],
    ['true', 16, 't', true],
    ['false', 16, 'f', false],
    ['a number', 23, '-7', -7],
    ['a value of an enum of ours', 20_000, 'clinician', 'clinician'],
  ])('are what they say: %s', (_what, oid, text, value) => {
    expect(parse(oid, text)).toBe(value);
  });

  it.each([
    ['int8, which a double cannot hold', 20],
    ['numeric', 1700],
    ['bytea', 17],
    ['json', 114],
    ['jsonb', 3802],
    ['timestamp without a zone', 1114],
    ['an array of text', 1009],
  ])('are refused, not guessed, when nobody has thought of the type: %s', (_type, oid) => {
    expect(() => parse(oid, '1')).toThrow('do not know the type');
  });
});
