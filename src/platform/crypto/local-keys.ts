import { Buffer } from 'node:buffer';
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import {
  bindingOf,
  KeyEncryptionKeyUnavailable,
  KeyProvider,
  type WrapContext,
  type WrappedKey,
} from './key-provider.js';
import { currentKey, type SymmetricKey } from './symmetric-key.js';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** A key of its own per purpose (RFC 5869): the configured key itself encrypts nothing. */
const HKDF_LABEL = 'rampart/wrap/v1';

/** KEY_ENCRYPTION_KEYS, from the environment or a file. Stored form: nonce | ciphertext | tag of AES-256-GCM. @control A5.3 */
export class LocalKeys extends KeyProvider {
  readonly currentKeyId: string;
  private readonly keys: ReadonlyMap<string, Buffer>;

  constructor(ring: readonly SymmetricKey[]) {
    super();
    this.currentKeyId = currentKey(ring).id;
    this.keys = new Map(
      ring.map(({ id, bytes }) => [id, Buffer.from(hkdfSync('sha256', bytes.reveal(), '', HKDF_LABEL, 32))]),
    );
  }

  override holds(keyId: string): boolean {
    return this.keys.has(keyId);
  }

  async wrap(dataKey: Buffer, context: WrapContext): Promise<WrappedKey> {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.keyOf(this.currentKeyId), nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(bindingOf(this.currentKeyId, context));
    const bytes = Buffer.concat([nonce, cipher.update(dataKey), cipher.final(), cipher.getAuthTag()]);
    return { wrappedBy: this.currentKeyId, bytes };
  }

  async unwrap({ wrappedBy, bytes }: WrappedKey, context: WrapContext): Promise<Buffer> {
    const tagStart = bytes.length - TAG_BYTES;
    if (tagStart < NONCE_BYTES) throw new KeyEncryptionKeyUnavailable(wrappedBy);
    const nonce = bytes.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv(ALGORITHM, this.keyOf(wrappedBy), nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(bindingOf(wrappedBy, context));
    decipher.setAuthTag(bytes.subarray(tagStart));
    const opened = decipher.update(bytes.subarray(NONCE_BYTES, tagStart));
    try {
      decipher.final();
    } catch (error) {
      throw new KeyEncryptionKeyUnavailable(wrappedBy, { cause: error });
    }
    return opened;
  }

  private keyOf(id: string): Buffer {
    const key = this.keys.get(id);
    if (key === undefined) throw new KeyEncryptionKeyUnavailable(id);
    return key;
  }
}
