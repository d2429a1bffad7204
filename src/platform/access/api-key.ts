import { randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Secret } from '../config/index.js';

/** Production and everything else do not take each other's keys. */
export type ApiKeyEnvironment = 'live' | 'test';

export interface ApiKeyParts {
  readonly environment: ApiKeyEnvironment;
  /** Public: by it the key is found, shown and spoken of. */
  readonly keyId: string;
}

export interface NewApiKey extends ApiKeyParts {
  readonly key: Secret<string>;
}

/** What secret scanners look for: docs/recipes/api-keys.md publishes it. */
const FORM = 'rmp_(live|test)_([0-9A-Za-z]{16})_[0-9A-Za-z]{43}_([0-9A-Za-z]{6})';
const WHOLE = new RegExp(`^${FORM}$`);
export const API_KEY_ANYWHERE = new RegExp(FORM);

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const KEY_ID_LENGTH = 16;
/** 43 of 62 characters are 256 random bits. */
const SECRET_LENGTH = 43;
const CHECKSUM_LENGTH = 6;

/** `rmp_<environment>_<key id>_<secret>_<checksum>`. @control A4.1 */
export function newApiKey(environment: ApiKeyEnvironment): NewApiKey {
  const keyId = randomText(KEY_ID_LENGTH);
  const body = `rmp_${environment}_${keyId}_${randomText(SECRET_LENGTH)}`;
  return { environment, keyId, key: new Secret(`${body}_${checksumOf(body)}`) };
}

/** Undefined when the form or the checksum is wrong: a typing error, or never one of ours. Says nothing of the secret. */
export function parseApiKey(key: Secret<string>): ApiKeyParts | undefined {
  const text = key.reveal();
  const [, environment, keyId = '', checksum] = WHOLE.exec(text) ?? [];
  if (environment !== 'live' && environment !== 'test') return undefined;
  const isTypo = checksumOf(text.slice(0, -CHECKSUM_LENGTH - 1)) !== checksum;
  return isTypo ? undefined : { environment, keyId };
}

/** CRC-32, so that a scanner can tell a key from text that looks like one, offline. It protects nothing. */
function checksumOf(body: string): string {
  let rest = crc32(body);
  const digits = Array.from({ length: CHECKSUM_LENGTH }, () => {
    const digit = ALPHABET.charAt(rest % ALPHABET.length);
    rest = Math.floor(rest / ALPHABET.length);
    return digit;
  });
  return digits.toReversed().join('');
}

function randomText(length: number): string {
  return Array.from({ length }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
}
