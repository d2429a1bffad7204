import { Buffer } from 'node:buffer';
import { createHash, randomBytes } from 'node:crypto';
import { Secret } from '../config/index.js';

const TOKEN_BYTES = 32;

/** 256 random bits as base64url: what cannot be guessed needs no slow hash (ASVS 11.4.2). */
export function newOpaqueToken(): Secret<string> {
  return new Secret(randomBytes(TOKEN_BYTES).toString('base64url'));
}

/** What is stored instead of the token. */
export function hashOpaqueToken(token: Secret<string>): Buffer<ArrayBuffer> {
  return Buffer.from(createHash('sha256').update(token.reveal(), 'utf8').digest());
}
