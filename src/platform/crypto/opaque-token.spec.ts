import { describe, expect, it } from 'vitest';
import { Secret } from '../config/index.js';
import { newId } from './new-id.js';
import { hashOpaqueToken, newOpaqueToken } from './opaque-token.js';

describe('opaque tokens', () => {
  it('A4.1 are 256 random bits in base64url and never the same', () => {
    const tokens = Array.from({ length: 1000 }, () => newOpaqueToken().reveal());
    for (const token of tokens) expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    expect(tokens.every((token) => /^[A-Za-z0-9_-]{43}$/.test(token))).toBe(true);
    expect(new Set(tokens).size).toBe(1000);
  });

  it('A4.1 do not show themselves', () => {
    const token = newOpaqueToken();
    expect(`${String(token)}${JSON.stringify({ token })}`).not.toContain(token.reveal());
  });

  it('A4.1 are stored as a hash that is always the same and does not contain them', () => {
    const token = newOpaqueToken();
    const hash = hashOpaqueToken(token);
    expect(hash).toHaveLength(32);
    expect(hash).toEqual(hashOpaqueToken(new Secret(token.reveal())));
    expect(hash.includes(Buffer.from(token.reveal(), 'base64url'))).toBe(false);
  });

  it.each([
    ['one character less', (token: string) => token.slice(1)],
    ['a space behind it', (token: string) => `${token} `],
    ['other capitals', (token: string) => token.toUpperCase()],
    ['nothing', () => ''],
  ])('A4.1 have another hash with %s', (_change, change) => {
    const token = `${newOpaqueToken().reveal()}a`;
    expect(hashOpaqueToken(new Secret(change(token)))).not.toEqual(hashOpaqueToken(new Secret(token)));
  });
});

it('ids are UUIDs of version 7, in the order in which they were made', () => {
  const ids = Array.from({ length: 1000 }, newId);
  expect(ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id))).toBe(
    true,
  );
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(1000);
});
