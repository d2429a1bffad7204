import { LRUCache } from 'lru-cache';
import { stdSerializers } from 'pino';
import { maskedNames } from '../data-classes/index.js';

const CENSORED = '[REDACTED]';
const DEPTH_LIMIT = 8;
const LENGTH_LIMIT = 100;

/** Names of secrets, however they are written and whatever stands before them: `newPassword`, `x-api-key`, `refresh_token`. */
const SECRET_NAME =
  /(?:password(?:hash)?|passphrase|secret|token|cookie|authorization|credential|privatekey|apikey|recoverycode|pepper|signature)s?$/;

/** What PostgreSQL puts beside its messages: it quotes rows. */
const QUOTES_ROWS = ['detail', 'where', 'internalquery'];

/** The rest are names of columns, by their data class. */
const REDACTED_NAMES = new Set([...QUOTES_ROWS, ...[...maskedNames].map(plainNameOf)]);

/** What was decided of a name: the same few come with every line. Some are made of what clients send, so there is an end to it. */
const decided = new LRUCache<string, boolean>({ max: 1000 });

/** @control A6.2 A11.2 */
export function isRedactedName(name: string): boolean {
  const known = decided.get(name);
  if (known !== undefined) return known;
  const plain = plainNameOf(name);
  const isRedacted = SECRET_NAME.test(plain) || REDACTED_NAMES.has(plain);
  decided.set(name, isRedacted);
  return isRedacted;
}

/** However it is written: `family_name`, `Family-Name`, `familyName`. */
function plainNameOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z]/g, '');
}

/**
 * A copy of what is to be logged in which nothing that stands under the name of a secret is left, at any depth. What is
 * deeper or longer than anything worth reading is cut off, bytes are left out: fails closed. @control A6.2
 */
export function redacted(value: unknown, ancestors: readonly unknown[] = []): unknown {
  if (typeof value !== 'object' || value === null) return redactedScalar(value);
  if (ancestors.includes(value)) return '[CIRCULAR]';
  if (ancestors.length >= DEPTH_LIMIT) return '[DEEP]';
  if (ArrayBuffer.isView(value)) return '[BYTES]';
  const path = [...ancestors, value];
  if (Array.isArray(value)) return value.slice(0, LENGTH_LIMIT).map((entry) => redacted(entry, path));
  if (value instanceof Error) return redactedEntries(stdSerializers.err(value), path);
  // A Secret shows itself as such, a date as its text.
  return 'toJSON' in value ? redacted(JSON.parse(JSON.stringify(value)), path) : redactedEntries(value, path);
}

/** What JSON has no form for becomes text. */
function redactedScalar(value: unknown): unknown {
  return typeof value === 'bigint' || typeof value === 'symbol' ? String(value) : value;
}

function redactedEntries(value: object, path: readonly unknown[]): Record<string, unknown> {
  const entries = Object.entries(value).slice(0, LENGTH_LIMIT);
  return Object.fromEntries(
    entries.map(([name, inner]) => [
      name,
      inner !== undefined && isRedactedName(name) ? CENSORED : redacted(inner, path),
    ]),
  );
}
