import { Buffer } from 'node:buffer';
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { flattenedVerify, FlattenedSign } from 'jose';
import { z } from 'zod';
import type { DataKey } from './platform/crypto/index.js';

/** HKDF label of the key of the reviews. */
const PURPOSE = 'rampart/review/v1';
const ALGORITHM = 'EdDSA';
/** What stands before the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410 §7). */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');
const DETACHED = /^(?<header>[\w-]+)\.\.(?<signature>[\w-]+)$/;
const headerSchema = z.object({ kid: z.uuid() });

/** A JWS without its payload (RFC 7515 appendix F), over the bytes as they are (RFC 7797). @control B20.1 */
export async function detachedSignature(payload: Uint8Array, key: DataKey): Promise<string> {
  const header = { alg: ALGORITHM, kid: key.id, b64: false, crit: ['b64'] };
  const jws = await new FlattenedSign(payload).setProtectedHeader(header).sign(privateKeyOf(key));
  return `${jws.protected ?? ''}..${jws.signature}`;
}

/** The id of the key that has signed it. Throws when one byte of it is another, or when there is no such key. @control B20.1 */
export async function verifiedKeyId(
  payload: Uint8Array,
  jws: string,
  find: (keyId: string) => Promise<DataKey>,
): Promise<string> {
  const { header = '', signature = '' } = DETACHED.exec(jws)?.groups ?? {};
  const { kid } = headerSchema.parse(JSON.parse(Buffer.from(header, 'base64url').toString()));
  const key = createPublicKey(privateKeyOf(await find(kid)));
  await flattenedVerify({ protected: header, payload, signature }, key, { algorithms: [ALGORITHM] });
  return kid;
}

/** Any 32 bytes are a key of Ed25519 (RFC 8032 §5.1.5), so it follows from the data key and is kept nowhere. */
function privateKeyOf(key: DataKey): KeyObject {
  const der = Buffer.concat([PKCS8_ED25519, key.derive(PURPOSE).export()]);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}
