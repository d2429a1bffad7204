import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * Whether the two are the same, in a time that says nothing of how much of them is: `===` ends at the first difference, and who
 * measures it finds a secret, or the MAC of a forgery, part by part. Hashed first, so that not even the length shows. A house rule
 * (test/architecture/house-rules.ts) wants it for all that is secret or made of it. @control A4.1
 */
export function isSameSecret(one: string | Uint8Array, other: string | Uint8Array): boolean {
  return timingSafeEqual(digestOf(one), digestOf(other));
}

function digestOf(secret: string | Uint8Array): Buffer {
  return createHash('sha256').update(secret).digest();
}
