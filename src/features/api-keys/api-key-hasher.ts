import { Buffer } from 'node:buffer';
import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Secret } from '../../platform/config/index.js';
import { CryptoConfig } from '../../platform/crypto/index.js';

const DIGEST_BYTES = 32;
/** A key of its own per purpose (RFC 5869, SP 800-57 §5.2): the pepper itself enters password hashes and nothing else. */
const HKDF_LABEL = 'rampart/api-keys/v1';

/**
 * HMAC-SHA-256 of whole keys: 256 random bits need no slow hash (ASVS 11.4.2), and without the pepper nobody who can write the
 * table can make a row of their own open. Stored form: id of the pepper, then the 32 bytes of the digest. @control A4.1
 */
@Injectable()
export class ApiKeyHasher {
  private readonly peppers: ReadonlyMap<string, Buffer>;
  private readonly currentId: string;
  private readonly decoy: Buffer;

  constructor(config: CryptoConfig) {
    const ring = config.values.PASSWORD_PEPPER;
    this.peppers = new Map(
      ring.map(({ id, bytes }) => [id, Buffer.from(hkdfSync('sha256', bytes.reveal(), '', HKDF_LABEL, 32))]),
    );
    this.currentId = ring[0]?.id ?? '';
    this.decoy = Buffer.concat([Buffer.from(this.currentId), randomBytes(DIGEST_BYTES)]);
  }

  hash(key: Secret<string>): Buffer<ArrayBuffer> {
    return Buffer.concat([Buffer.from(this.currentId), this.digest(key, this.currentId)]);
  }

  /**
   * In constant time, and `undefined`, for a key that is not there, costs the same. False when the pepper has left
   * PASSWORD_PEPPER (fails closed).
   */
  matches(key: Secret<string>, stored: Uint8Array | undefined): boolean {
    const bytes = Buffer.from(stored ?? this.decoy);
    const pepperId = bytes.subarray(0, -DIGEST_BYTES).toString();
    if (!this.peppers.has(pepperId) || bytes.length < DIGEST_BYTES) return false;
    return timingSafeEqual(this.digest(key, pepperId), bytes.subarray(-DIGEST_BYTES)) && stored !== undefined;
  }

  private digest(key: Secret<string>, pepperId: string): Buffer {
    const pepper = this.peppers.get(pepperId);
    if (pepper === undefined) throw new Error('PASSWORD_PEPPER does not hold this pepper');
    return createHmac('sha256', pepper).update(key.reveal(), 'utf8').digest();
  }
}
