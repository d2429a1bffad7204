import { z } from 'zod';
import { configSlice, DEVELOPMENT_KEY_PREFIX, integer, Secret, secretText } from '../config/index.js';
import { parseSigningKeys } from './signing-key-set.js';
import { parseSymmetricKeys } from './symmetric-key.js';

/** OWASP Password Storage Cheat Sheet: the least that Argon2id may cost. Tests alone go below it. @control A1.1 */
const ARGON2_FLOOR = { memoryKib: 19_456, iterations: 2 };

function parsedSecret<T>(description: string, parse: (value: Secret<string>) => T, form: string) {
  return secretText(description).transform((value, context) => {
    try {
      return parse(value);
    } catch {
      // The parser's own words could quote the secret; the form is all that may be said.
      context.addIssue({ code: 'custom', message: `must have the form ${form}` });
      return z.NEVER;
    }
  });
}

export class CryptoConfig extends configSlice('Keys and passwords', {
  KEY_ENCRYPTION_KEYS: parsedSecret(
    'Keys that wrap the data keys, as id:base64 of 32 bytes, comma-separated. The first wraps, all unwrap. With another KEY_PROVIDER: none.',
    (text) => (text.reveal() === 'none' ? [] : parseSymmetricKeys(text)),
    'id:base64 of 32 bytes, comma-separated, or none',
  ),
  SIGNING_KEYS: parsedSecret(
    'Private JWK set (RFC 7517) with P-256 keys for access tokens. The one with the latest nbf signs, all verify until their exp.',
    parseSigningKeys,
    'a JWK set with private P-256 keys, each with a kid of its own, and nbf before exp in whole seconds if it has them',
  ),
  SIGNING_KEYS_RELOAD_S: integer('How often SIGNING_KEYS is read again when it comes from a file, in seconds.', {
    min: 1,
    max: 300,
    default: 10,
  }),
  PASSWORD_PEPPER: parsedSecret(
    'Keys that enter every password hash, as id:base64 of 32 bytes, comma-separated. The first is used for new hashes.',
    parseSymmetricKeys,
    'id:base64 of 32 bytes, comma-separated',
  ),
  ARGON2_MEMORY_KIB: integer('Argon2id memory per hash, in KiB.', { min: 8, max: 4_194_304, default: 19_456 }),
  ARGON2_ITERATIONS: integer('Argon2id iterations.', { min: 1, max: 100, default: 2 }),
  ARGON2_PARALLELISM: integer('Argon2id lanes.', { min: 1, max: 16, default: 1 }),
  ARGON2_MAX_CONCURRENT: z.coerce
    .number()
    .int()
    .min(1)
    .max(64)
    .optional()
    .describe('Password hashes computed at the same time. Default: half of the processors, so that reads do not wait.'),
  ARGON2_MAX_QUEUED: integer('Password hashes that may wait; beyond it the answer is 503.', {
    min: 0,
    max: 10_000,
    default: 50,
  }),
}) {
  static override productionProblems(values: CryptoConfig['values']): readonly string[] {
    const keyIds = {
      KEY_ENCRYPTION_KEYS: values.KEY_ENCRYPTION_KEYS.map((key) => key.id),
      SIGNING_KEYS: values.SIGNING_KEYS.map((key) => key.kid),
      PASSWORD_PEPPER: values.PASSWORD_PEPPER.map((key) => key.id),
    };
    const problems = Object.entries(keyIds)
      .filter(([, ids]) => ids.some((id) => id.startsWith(DEVELOPMENT_KEY_PREFIX)))
      .map(([name]) => `${name}: is a generated development key, which production refuses`);
    if (values.ARGON2_MEMORY_KIB < ARGON2_FLOOR.memoryKib || values.ARGON2_ITERATIONS < ARGON2_FLOOR.iterations) {
      problems.push(`ARGON2_*: production needs at least m=${ARGON2_FLOOR.memoryKib} t=${ARGON2_FLOOR.iterations}`);
    }
    return problems;
  }
}
