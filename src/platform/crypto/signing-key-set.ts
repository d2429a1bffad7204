import { Buffer } from 'node:buffer';
import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { Secret } from '../config/index.js';

/** RFC 7518 §6.2: the public half of an elliptic-curve key, as `/.well-known/jwks.json` shows it. */
export interface PublicJwk {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
  readonly kid: string;
  readonly alg: 'ES256';
  readonly use: 'sig';
}

export interface SigningKey {
  readonly kid: string;
  /** From when it signs, in seconds since the epoch; 0 when the set does not say. It verifies before that too. */
  readonly nbf: number;
  /** From when it neither signs nor verifies, in seconds since the epoch; Infinity when the set does not say. */
  readonly exp: number;
  readonly privateKey: Secret<KeyObject>;
  /** SubjectPublicKeyInfo in PEM: the form that passport-jwt takes. */
  readonly publicKeyPem: string;
  readonly publicJwk: PublicJwk;
}

const coordinate = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

const numericDate = z.int().nonnegative();

/** `nbf` and `exp` are JWK members of OpenID Federation 1.0, in seconds. Here they rule our own use and are never published. */
const privateJwk = z
  .object({
    kty: z.literal('EC'),
    crv: z.literal('P-256'),
    x: coordinate,
    y: coordinate,
    d: coordinate,
    kid: z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/),
    nbf: numericDate.optional(),
    exp: numericDate.optional(),
  })
  .refine(({ nbf = 0, exp = Infinity }) => nbf < exp);

const keySet = z.object({ keys: z.array(privateJwk).min(1) });

/** Parses a private JWK set (RFC 7517 §5). Throws on anything but P-256 keys with distinct ids and a life that begins before it ends. @control A5.2 */
export function parseSigningKeys(text: Secret<string>): readonly SigningKey[] {
  const { keys } = keySet.parse(JSON.parse(text.reveal()));
  if (new Set(keys.map((key) => key.kid)).size !== keys.length) throw new Error('two keys have the same kid');
  return keys.map((jwk) => {
    const privateKey = createPrivateKey({ key: jwk, format: 'jwk' });
    const publicKey = createPublicKey(privateKey);
    if (!isPair(privateKey, publicKey)) throw new Error('the halves of a key do not belong together');
    const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const { kty, crv, x, y, kid, nbf = 0, exp = Infinity } = jwk;
    return {
      kid,
      nbf,
      exp,
      privateKey: new Secret(privateKey),
      publicKeyPem,
      publicJwk: { kty, crv, x, y, kid, alg: 'ES256', use: 'sig' },
    };
  });
}

/** OpenSSL takes `x`, `y` and `d` as they come: a key whose halves do not match would sign what nobody can verify. */
function isPair(privateKey: KeyObject, publicKey: KeyObject): boolean {
  const probe = Buffer.from('rampart');
  return verify('sha256', probe, publicKey, sign('sha256', probe, privateKey));
}

/**
 * The key that signs at `now` (seconds since the epoch): of those that have begun and not ended the one that began last,
 * of equals the first of the set. It follows from the set and the time alone, so instances need not agree on anything.
 * @control A5.4
 */
export function signingKeyAt(keys: readonly SigningKey[], now: number): SigningKey | undefined {
  return keys.filter(({ nbf, exp }) => nbf <= now && now < exp).toSorted((a, b) => b.nbf - a.nbf)[0];
}

/** The keys that verify at `now`, also those that do not sign yet: who reads the set late must know the next signer. @control A5.4 */
export function verifyingKeysAt(keys: readonly SigningKey[], now: number): readonly SigningKey[] {
  return keys.filter(({ exp }) => now < exp);
}
