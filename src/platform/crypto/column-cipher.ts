import { Buffer } from 'node:buffer';
import { createCipheriv, createDecipheriv, createHmac, randomFillSync } from 'node:crypto';
import type { DataKey } from './data-key.js';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Names the algorithm and the derivation of the key; the stored value names it in turn (A5.5). */
const VERSION = 'v2';
const ENCRYPTION = 'rampart/column/v2';
/** Where a stored value names its key. */
const KEY_ID = /^v2\.([0-9a-f-]{36})\./;

/** Where a value lives. It is authenticated with the value, so a ciphertext moved elsewhere does not open. @control B10.2 */
export interface ColumnAddress {
  readonly model: string;
  readonly column: string;
  readonly rowId: string;
}

/** A stored value that does not open: tampered with, moved, truncated, or of an unknown key. Fails closed. */
export class CiphertextRefused extends Error {
  constructor(readonly address: ColumnAddress) {
    super(`a ciphertext of ${address.model}.${address.column} was refused`);
    this.name = 'CiphertextRefused';
  }
}

/** Undefined when it is no ciphertext of ours. */
export function keyIdOf(stored: string): string | undefined {
  return KEY_ID.exec(stored)?.[1];
}

/**
 * AES-256-GCM for single columns (SP 800-38D): random 96-bit nonce, additional data = model, column, row and key.
 * Stored form: `v2.<data key id>.<base64url of nonce | ciphertext | tag>`. @control B10.1 A5.5
 */
export class ColumnCipher {
  private readonly keys: ReadonlyMap<string, DataKey>;

  /** The first key encrypts, all decrypt. */
  constructor(private readonly ring: readonly DataKey[]) {
    this.keys = new Map(ring.map((key) => [key.id, key]));
  }

  encrypt(plaintext: string, address: ColumnAddress): string {
    const [key] = this.ring;
    if (key === undefined) throw new CiphertextRefused(address);
    const nonce = nextNonce();
    const cipher = createCipheriv(ALGORITHM, key.derive(ENCRYPTION), nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(additionalData(address, key.id));
    const body = Buffer.concat([nonce, cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `${VERSION}.${key.id}.${body.toString('base64url')}`;
  }

  decrypt(stored: string, address: ColumnAddress): string {
    const [version, keyId = '', encoded = '', ...rest] = stored.split('.');
    const key = this.keys.get(keyId);
    const body = Buffer.from(encoded, 'base64url');
    if (version !== VERSION || key === undefined || rest.length > 0 || body.length < NONCE_BYTES + TAG_BYTES)
      throw new CiphertextRefused(address);
    const tagStart = body.length - TAG_BYTES;
    const nonce = body.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv(ALGORITHM, key.derive(ENCRYPTION), nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(additionalData(address, keyId));
    decipher.setAuthTag(body.subarray(tagStart));
    // As bytes: decoding while deciphering would cost more than the cipher.
    const opened = decipher.update(body.subarray(NONCE_BYTES, tagStart));
    try {
      decipher.final();
    } catch {
      // OpenSSL's error says nothing more than "does not authenticate".
      throw new CiphertextRefused(address);
    }
    return opened.toString('utf8');
  }

  /**
   * Blind indexes of a value, one under each key: HMAC-SHA-256 with a key of its own per column. Equal values of an
   * organization have equal indexes, which is all that can be learned from one without the key. @control B10.3
   */
  indexesOf(normalised: string, { model, column }: Omit<ColumnAddress, 'rowId'>): Buffer<ArrayBuffer>[] {
    const purpose = `rampart/index/v1/${model}.${column}`;
    return this.ring.map((key) => createHmac('sha256', key.derive(purpose)).update(normalised, 'utf8').digest());
  }
}

/** Asked for one by one, random bytes would cost as much as half of the encryption. */
const noncePool = Buffer.alloc(NONCE_BYTES * 341);
let nonceEnd = noncePool.length;

/** No part of the pool is given out twice. */
function nextNonce(): Buffer {
  if (nonceEnd === noncePool.length) {
    randomFillSync(noncePool);
    nonceEnd = 0;
  }
  nonceEnd += NONCE_BYTES;
  return noncePool.subarray(nonceEnd - NONCE_BYTES, nonceEnd);
}

/** A JSON array: unambiguous whatever the parts contain. */
function additionalData(address: ColumnAddress, keyId: string): Buffer {
  return Buffer.from(JSON.stringify([address.model, address.column, address.rowId, keyId]), 'utf8');
}
