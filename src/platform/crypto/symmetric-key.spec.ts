import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../config/index.js';
import { currentKey, parseSymmetricKeys } from './symmetric-key.js';

const base64 = (bytes = 32) => randomBytes(bytes).toString('base64');
const parse = (text: string) => parseSymmetricKeys(new Secret(text));

describe('a ring of symmetric keys', () => {
  it('A5.3 is id:base64, comma-separated, and the first is the current one', () => {
    const [first, second] = [base64(), base64()];
    const keys = parse(`2026-11:${first}, 2025_11:${second}`);
    expect(keys.map(({ id }) => id)).toEqual(['2026-11', '2025_11']);
    expect(keys.map(({ bytes }) => bytes.reveal().toString('base64'))).toEqual([first, second]);
    expect(currentKey(keys).id).toBe('2026-11');
  });

  it('A5.3 gives back any 32 bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        const [parsed] = parse(`k:${Buffer.from(bytes).toString('base64')}`);
        expect(parsed?.bytes.reveal()).toEqual(Buffer.from(bytes));
      }),
    );
  });

  const good = base64();
  it.each([
    ['nothing', ''],
    ['a key without an id', good],
    ['an empty id', `:${good}`],
    ['an id without a key', 'k:'],
    ['an id that is too long', `${'k'.repeat(33)}:${good}`],
    ['a dot in the id, which separates the parts of a ciphertext', `a.b:${good}`],
    ['a dollar in the id, which separates pepper and hash', `a$b:${good}`],
    ['a space in the id', `a b:${good}`],
    ['a line break in the id', `a\nb:${good}`],
    ['31 bytes', `k:${base64(31)}`],
    ['33 bytes', `k:${base64(33)}`],
    ['16 bytes', `k:${base64(16)}`],
    ['32 characters that are not base64 of 32 bytes', `k:${'a'.repeat(32)}`],
    ['hexadecimal', `k:${randomBytes(32).toString('hex')}`],
    ['a trailing comma', `k:${good},`],
    ['two keys with one id', `k:${good},k:${base64()}`],
    ['a good key behind a bad one', `k:short,l:${good}`],
    ['a bad key behind a good one', `k:${good},l:short`],
    ['characters that base64 does not have', `k:!!!!${good}`],
    ['a third part', `k:${good}:${good}`],
    ['a space within the key', `k:${good.slice(0, 20)} ${good.slice(20)}`],
  ])('A5.3 refuses %s', (_what, text) => {
    expect(() => parse(text)).toThrow(Error);
  });

  it('A7.2 has no current key when it is empty', () => {
    expect(() => currentKey([])).toThrow(/at least one key/);
  });
});
