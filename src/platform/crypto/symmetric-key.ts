import { Buffer } from 'node:buffer';
import { Secret } from '../config/index.js';

const KEY_BYTES = 32;

/** A 256-bit key with the public id that is stored beside whatever it protects. */
export interface SymmetricKey {
  readonly id: string;
  readonly bytes: Secret<Buffer>;
}

/** Parses `id:base64,id:base64`. Throws on anything else. */
export function parseSymmetricKeys(text: Secret<string>): readonly SymmetricKey[] {
  const keys = text.reveal().split(',').map(parseKey);
  if (new Set(keys.map((key) => key.id)).size !== keys.length) throw new Error('two keys have the same id');
  return keys;
}

function parseKey(entry: string): SymmetricKey {
  const [id = '', encoded = '', ...rest] = entry.trim().split(':');
  const bytes = Buffer.from(encoded, 'base64');
  // Node skips what is not base64: only a text that comes back as it was is the key that was meant.
  const isExact = rest.length === 0 && bytes.length === KEY_BYTES && bytes.toString('base64') === encoded;
  if (!/^[A-Za-z0-9_-]{1,32}$/.test(id) || !isExact) throw new Error('not a key');
  return { id, bytes: new Secret(bytes) };
}

/** The key that new values take: the first one. */
export function currentKey(keys: readonly SymmetricKey[]): SymmetricKey {
  const [first] = keys;
  if (first === undefined) throw new Error('a key ring holds at least one key');
  return first;
}
