import { Buffer } from 'node:buffer';
import { createHash, randomInt } from 'node:crypto';
import { Secret } from '../../platform/config/index.js';

/** Crockford's base32: no I, L, O and U, which hands mistake for 1, 1, 0 and V. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const GROUPS = 6;
const GROUP_LENGTH = 4;

export const RECOVERY_CODES = 10;

/** 24 characters of 5 random bits: 120 bits, beyond the 112 from which on a fast hash is enough (ASVS 6.5.2). */
export function newRecoveryCode(): Secret<string> {
  const group = () => Array.from({ length: GROUP_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return new Secret(Array.from({ length: GROUPS }, group).join('-'));
}

/** What is stored instead of the code. Case, hyphens and spaces do not count, nor the letters that Crockford reads as digits. */
export function hashRecoveryCode(code: Secret<string>): Buffer<ArrayBuffer> {
  const canonical = code.reveal().toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
  return Buffer.from(createHash('sha256').update(canonical, 'utf8').digest());
}
