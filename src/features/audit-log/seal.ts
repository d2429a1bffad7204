import { Buffer } from 'node:buffer';
import { createHash, createHmac, type KeyObject } from 'node:crypto';

/** An event as it lies in the table: every column as text of PostgreSQL, in the order of `EVENT_COLUMNS`. */
export interface StoredEvent {
  readonly id: string;
  readonly sequence: string;
  readonly values: readonly (string | null)[];
}

/** A link of a chain. */
export interface Seal {
  readonly scope: string;
  readonly number: number;
  /** Ascending. */
  readonly sequences: readonly string[];
  /** Of each event in the same order, 32 bytes each. */
  readonly digests: Buffer;
  readonly keyId: string;
  readonly mac: Buffer;
  readonly sealedAt: Date;
}

/** HKDF label of the key of the seals. */
export const SEAL_PURPOSE = 'rampart/audit-seal/v1';
export const DIGEST_BYTES = 32;
/** What the first link of a chain is chained to. */
export const NO_MAC = Buffer.alloc(DIGEST_BYTES);

/** SHA-256 of a JSON array: unambiguous whatever the values contain. Position and owner are among them. */
export function digestOf({ values }: StoredEvent): Buffer {
  return createHash('sha256').update(JSON.stringify(values), 'utf8').digest();
}

/** HMAC-SHA-256 over the link before and everything in this one: whoever lacks the key can make no other chain. @control B11.2 */
export function macOf(key: KeyObject, previous: Buffer, seal: Omit<Seal, 'mac'>): Buffer {
  const { scope, number, sequences, digests, keyId, sealedAt } = seal;
  const head = JSON.stringify([scope, number, sequences, keyId, sealedAt.toISOString()]);
  return createHmac('sha256', key).update(previous).update(digests).update(head, 'utf8').digest();
}
