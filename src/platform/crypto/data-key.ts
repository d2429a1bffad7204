import { Buffer } from 'node:buffer';
import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

export const DATA_KEY_BYTES = 32;

/** A data key in memory. It encrypts nothing itself: purposes get keys of their own (RFC 5869, SP 800-57 §5.2). */
export class DataKey {
  private readonly key: KeyObject;
  private readonly derived = new Map<string, KeyObject>();

  /** Takes the bytes over and wipes them. */
  constructor(
    readonly id: string,
    readonly organizationId: string | null,
    bytes: Buffer,
  ) {
    if (bytes.length !== DATA_KEY_BYTES) throw new Error('a data key has 256 bits');
    this.key = createSecretKey(bytes);
    bytes.fill(0);
  }

  /** HKDF-SHA-256. As a KeyObject: OpenSSL would import bytes anew for every value. */
  derive(purpose: string): KeyObject {
    const known = this.derived.get(purpose);
    if (known !== undefined) return known;
    const key = createSecretKey(Buffer.from(hkdfSync('sha256', this.key, Buffer.alloc(0), purpose, DATA_KEY_BYTES)));
    this.derived.set(purpose, key);
    return key;
  }
}
