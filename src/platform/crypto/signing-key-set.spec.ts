import { createSign, createVerify, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Secret } from '../config/index.js';
import type { CryptoConfig } from './crypto.config.js';
import { parseSigningKeys } from './signing-key-set.js';
import { SigningKeys } from './signing-keys.js';

type Jwk = Record<string, unknown>;

function newKey(kid: string, namedCurve = 'P-256'): Jwk {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve });
  return { ...privateKey.export({ format: 'jwk' }), kid };
}

const good = newKey('a');
const parse = (value: unknown) =>
  parseSigningKeys(new Secret(typeof value === 'string' ? value : JSON.stringify(value)));
const keysOf = (value: unknown) =>
  new SigningKeys({ values: { SIGNING_KEYS: parse(value) } } as unknown as CryptoConfig);

describe('a set of signing keys', () => {
  it('A5.4 signs with the first and verifies with every one', () => {
    const keys = keysOf({ keys: [newKey('new'), newKey('old')] });
    expect(keys.active.kid).toBe('new');
    expect(keys.publicSet().map(({ kid }) => kid)).toEqual(['new', 'old']);
    const signature = createSign('sha256').update('x').sign(keys.active.privateKey.reveal());
    expect(
      createVerify('sha256')
        .update('x')
        .verify(keys.publicKeyPem('new') ?? '', signature),
    ).toBe(true);
    expect(
      createVerify('sha256')
        .update('x')
        .verify(keys.publicKeyPem('old') ?? '', signature),
    ).toBe(false);
  });

  it('A5.3 publishes nothing of the private half', () => {
    const [publicJwk] = keysOf({ keys: [good] }).publicSet();
    const { kty, crv, x, y, kid } = good;
    expect(publicJwk).toEqual({ kty, crv, x, y, kid, alg: 'ES256', use: 'sig' });
    expect(JSON.stringify(keysOf({ keys: [good] }))).not.toContain(String(good['d']));
  });

  it.each(['other', '', 'A', ' a', 'a ', '__proto__', 'constructor'])('B13.1 has no key under the id "%s"', (kid) => {
    expect(keysOf({ keys: [good] }).publicKeyPem(kid)).toBeUndefined();
  });

  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
  const ed25519 = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const { d: _d, ...publicHalf } = good;
  const { kid: _kid, ...anonymous } = good;
  const { x: _x, ...withoutX } = good;

  it.each<[string, unknown]>([
    ['nothing', ''],
    ['what is not JSON', 'keys'],
    ['null', null],
    ['a list', [good]],
    ['a key without a set', good],
    ['a set without keys', {}],
    ['an empty set', { keys: [] }],
    ['keys that are no list', { keys: good }],
    ['an RSA key', { keys: [{ ...rsa, kid: 'a' }] }],
    ['an Ed25519 key', { keys: [{ ...ed25519, kid: 'a' }] }],
    ['a shared secret', { keys: [{ kty: 'oct', k: 'AAAA', kid: 'a' }] }],
    ['a P-384 key', { keys: [newKey('a', 'P-384')] }],
    ['a P-384 key that says P-256', { keys: [{ ...newKey('a', 'P-384'), crv: 'P-256' }] }],
    ['a secp256k1 key that says P-256', { keys: [{ ...newKey('a', 'secp256k1'), crv: 'P-256' }] }],
    ['a public key', { keys: [publicHalf] }],
    ['a key without a coordinate', { keys: [withoutX] }],
    ['a key without an id', { keys: [anonymous] }],
    ['an empty id', { keys: [{ ...good, kid: '' }] }],
    ['an id that is a number', { keys: [{ ...good, kid: 1 }] }],
    ['an id with a line break', { keys: [{ ...good, kid: 'a\nb' }] }],
    ['an id that is too long', { keys: [{ ...good, kid: 'a'.repeat(65) }] }],
    ['two keys with one id', { keys: [good, newKey('a')] }],
    ['a bad key behind a good one', { keys: [good, { kid: 'b' }] }],
    ['a point that is not on the curve', { keys: [{ ...good, x: good['y'], y: good['x'] }] }],
    ['a point of another key', { keys: [{ ...good, x: newKey('b')['x'] }] }],
    ['the public half of another key', { keys: [{ ...newKey('b'), d: good['d'], kid: 'a' }] }],
    ['a private half of zero', { keys: [{ ...good, d: 'A'.repeat(43) }] }],
    ['a private half beyond the order of the curve', { keys: [{ ...good, d: '_'.repeat(42) + '8' }] }],
  ])('A5.2 refuses %s', (_what, value) => {
    expect(() => parse(value)).toThrow(Error);
  });
});
