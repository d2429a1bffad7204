import { createSign, createVerify, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Secret } from '../config/index.js';
import { StartRefused } from '../process/index.js';
import { Clock } from '../time/index.js';
import type { CryptoConfig } from './crypto.config.js';
import { parseSigningKeys } from './signing-key-set.js';
import { SigningKeys } from './signing-keys.js';

type Jwk = Record<string, unknown>;

function newKey(kid: string, namedCurve = 'P-256'): Jwk {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve });
  return { ...privateKey.export({ format: 'jwk' }), kid };
}

const NOW = 1_800_000_000;

class HandClock extends Clock {
  seconds = NOW;
  override now(): Date {
    return new Date(this.seconds * 1000);
  }
}

const good = newKey('a');
const parse = (value: unknown) =>
  parseSigningKeys(new Secret(typeof value === 'string' ? value : JSON.stringify(value)));
const keysOf = (value: unknown, clock = new HandClock()) =>
  new SigningKeys({ values: { SIGNING_KEYS: parse(value) } } as unknown as CryptoConfig, clock);

describe('a set of signing keys', () => {
  it('A5.4 without times signs with the first and verifies with every one', () => {
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
    const [rotated] = keysOf({ keys: [{ ...good, nbf: 1, exp: NOW + 1, oth: 'x' }] }).publicSet();
    expect(rotated).toEqual(publicJwk);
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
    ['an end before the begin', { keys: [{ ...good, nbf: 10, exp: 9 }] }],
    ['an end at the begin', { keys: [{ ...good, nbf: 10, exp: 10 }] }],
    ['an end at the epoch', { keys: [{ ...good, exp: 0 }] }],
    ['a begin that is text', { keys: [{ ...good, nbf: '10' }] }],
    ['a begin that is a date', { keys: [{ ...good, nbf: '2027-01-01T00:00:00Z' }] }],
    ['a begin that is a fraction', { keys: [{ ...good, nbf: 10.5 }] }],
    ['a begin before the epoch', { keys: [{ ...good, nbf: -1 }] }],
    ['a begin beyond all time', `{"keys":[${JSON.stringify({ ...good, nbf: 1 }).replace(':1}', ':1e400}')}]}`],
    ['a begin of null', { keys: [{ ...good, nbf: null }] }],
    ['an end that is text', { keys: [{ ...good, exp: '10' }] }],
    ['an end that is a fraction', { keys: [{ ...good, exp: 10.5 }] }],
    ['an end of null', { keys: [{ ...good, exp: null }] }],
    ['an end that is true', { keys: [{ ...good, exp: true }] }],
    ['a key with bad times behind a good one', { keys: [good, { ...newKey('b'), nbf: 2, exp: 1 }] }],
    ['a private half beyond the order of the curve', { keys: [{ ...good, d: '_'.repeat(42) + '8' }] }],
  ])('A5.2 refuses %s', (_what, value) => {
    expect(() => parse(value)).toThrow(Error);
  });
});

type Life = readonly [kid: string, nbf?: number, exp?: number];

/** Times are seconds from NOW. */
function setOf(...lives: readonly Life[]) {
  return {
    keys: lives.map(([kid, nbf, exp]) => ({
      ...newKey(kid),
      ...(nbf !== undefined && { nbf: NOW + nbf }),
      ...(exp !== undefined && { exp: NOW + exp }),
    })),
  };
}

describe('A5.4 the life of a signing key', () => {
  // A set in the middle of a rotation: the new key signs from 600 on, the old one verifies until 1205.
  const rotation: readonly Life[] = [
    ['old', undefined, 1205],
    ['new', 600],
  ];

  it.each<[string, readonly Life[], number, string, string]>([
    ['publishes the new key before it signs', rotation, 0, 'old', 'old new'],
    ['signs with the old key to the last second', rotation, 599, 'old', 'old new'],
    ['signs with the new key from its nbf on', rotation, 600, 'new', 'old new'],
    ['verifies with the old key to the last second', rotation, 1204, 'new', 'old new'],
    ['retires the old key at its exp', rotation, 1205, 'new', 'new'],
    ['does not care for the order of the set', rotation.toReversed(), 600, 'new', 'new old'],
    [
      'takes the first of two that began together',
      [
        ['a', -5],
        ['b', -5],
      ],
      0,
      'a',
      'a b',
    ],
    ['takes nbf 0 and no nbf for the same', [['a'], ['b', -NOW]], 0, 'a', 'a b'],
    [
      'takes the latest of three',
      [
        ['a', -9],
        ['b', -1],
        ['c', -5],
      ],
      0,
      'b',
      'a b c',
    ],
    ['falls back on an older key when the latest has expired', [['a'], ['b', -9, -1]], 0, 'a', 'a'],
    ['skips an expired first key', [['a', undefined, 0], ['b']], 0, 'b', 'b'],
  ])('%s', (_rule, lives, later, signer, published) => {
    const clock = new HandClock();
    const keys = keysOf(setOf(...lives), clock);
    clock.seconds += later;
    expect(keys.active.kid).toBe(signer);
    const publishedIds = keys.publicSet().map(({ kid }) => kid);
    expect(publishedIds.join(' ')).toBe(published);
    for (const [kid] of lives) expect(keys.publicKeyPem(kid) !== undefined).toBe(publishedIds.includes(kid));
  });

  const unusable: readonly [string, readonly Life[]][] = [
    ['an expired key', [['a', undefined, -1]]],
    ['a key that expires this second', [['a', undefined, 0]]],
    ['a key that begins next second', [['a', 1]]],
    [
      'an expired key and a future one',
      [
        ['a', undefined, -1],
        ['b', 1],
      ],
    ],
    [
      'all keys expired',
      [
        ['a', -9, -1],
        ['b', -9, -5],
      ],
    ],
  ];

  it.each(unusable)('refuses a start with %s, in words that name the setting', (_what, lives) => {
    expect(() => keysOf(setOf(...lives))).toThrow(StartRefused);
    expect(() => keysOf(setOf(...lives))).toThrow(/^SIGNING_KEYS: no key can sign now/);
  });

  it.each(unusable)('refuses a change to %s and goes on with the keys of before', (_what, lives) => {
    const keys = keysOf({ keys: [good] });
    expect(() => keys.replace(parse(setOf(...lives)))).toThrow(StartRefused);
    expect(keys.active.kid).toBe('a');
    expect(keys.publicSet()).toHaveLength(1);
  });

  it('takes a set without the key that signs now, when another one can', () => {
    const keys = keysOf({ keys: [good] });
    keys.replace(parse(setOf(['b'])));
    expect(keys.active.kid).toBe('b');
    expect(keys.publicKeyPem('a')).toBeUndefined();
  });

  it('signs nothing and verifies nothing when the last key has expired since the start', () => {
    const clock = new HandClock();
    const keys = keysOf(setOf(['a', undefined, 10]), clock);
    clock.seconds += 10;
    expect(() => keys.active).toThrow(expect.objectContaining({ code: 'service-unavailable' }));
    expect(keys.publicSet()).toEqual([]);
    expect(keys.publicKeyPem('a')).toBeUndefined();
  });
});
