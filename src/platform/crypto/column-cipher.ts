import { Buffer } from 'node:buffer';
import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, randomBytes, type KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { CryptoConfig } from './crypto.config.js';
import { currentKey } from './symmetric-key.js';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = 'v1';
/** Purposes are kept apart by the HKDF label: this key does nothing but encrypt columns (SP 800-57 §5.2). */
const HKDF_LABEL = 'rampart/column/v1';

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

/**
 * AES-256-GCM for single columns (SP 800-38D): random 96-bit nonce, additional data = model, column, row and key.
 * Stored form: `v1.<key id>.<base64url of nonce | ciphertext | tag>`. @control B10.1
 */
@Injectable()
export class ColumnCipher {
  private readonly keys: ReadonlyMap<string, KeyObject>;
  private readonly currentKeyId: string;

  constructor(config: CryptoConfig) {
    const ring = config.values.KEY_ENCRYPTION_KEYS;
    this.currentKeyId = currentKey(ring).id;
    this.keys = new Map(ring.map((key) => [key.id, deriveKey(key.bytes.reveal())]));
  }

  encrypt(plaintext: string, address: ColumnAddress): string {
    const keyId = this.currentKeyId;
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.keyOf(keyId, address), nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(additionalData(address, keyId));
    const body = Buffer.concat([nonce, cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `${VERSION}.${keyId}.${body.toString('base64url')}`;
  }

  decrypt(stored: string, address: ColumnAddress): string {
    const [version, keyId = '', encoded = '', ...rest] = stored.split('.');
    const body = Buffer.from(encoded, 'base64url');
    if (version !== VERSION || rest.length > 0 || body.length < NONCE_BYTES + TAG_BYTES)
      throw new CiphertextRefused(address);
    const tagStart = body.length - TAG_BYTES;
    const nonce = body.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv(ALGORITHM, this.keyOf(keyId, address), nonce, { authTagLength: TAG_BYTES });
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

  private keyOf(keyId: string, address: ColumnAddress): KeyObject {
    const key = this.keys.get(keyId);
    if (key === undefined) throw new CiphertextRefused(address);
    return key;
  }
}

/** A KeyObject and not its bytes: OpenSSL would import the bytes anew for every value. */
function deriveKey(keyEncryptionKey: Buffer): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', keyEncryptionKey, Buffer.alloc(0), HKDF_LABEL, 32)));
}

/** A JSON array: unambiguous whatever the parts contain. */
function additionalData(address: ColumnAddress, keyId: string): Buffer {
  return Buffer.from(JSON.stringify([address.model, address.column, address.rowId, keyId]), 'utf8');
}
