import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { readEnvFile } from './env-file.js';
import type { Environment } from './slice.js';

/** Generated keys carry this in their id, so that production can refuse them wherever they turn up. */
export const DEVELOPMENT_KEY_PREFIX = 'dev-';

const generators: Readonly<Record<string, () => string>> = {
  KEY_ENCRYPTION_KEYS: symmetricKey,
  PASSWORD_PEPPER: symmetricKey,
  CONSOLE_TOKEN: () => DEVELOPMENT_KEY_PREFIX + randomBytes(32).toString('base64url'),
  SIGNING_KEYS: signingKeys,
};

/**
 * Secrets for a developer's machine: made once, kept in `.data/dev.env` (mode 0600, ignored by git).
 * Only what nothing else provides is made, so a value of one's own always wins.
 */
export function completeDevelopmentSecrets(path: string, given: Environment): Environment {
  const kept = readEnvFile(path);
  const made: Record<string, string> = {};
  for (const [name, generate] of Object.entries(generators)) {
    if (given[name] === undefined && kept[name] === undefined) made[name] = generate();
  }
  if (Object.keys(made).length > 0) append(path, made);
  return { ...kept, ...made };
}

function append(path: string, values: Readonly<Record<string, string>>): void {
  mkdirSync(dirname(path), { recursive: true });
  const lines = Object.entries(values).map(([name, value]) => `${name}='${value}'\n`);
  appendFileSync(path, lines.join(''), { mode: 0o600 });
}

function keyId(): string {
  return `${DEVELOPMENT_KEY_PREFIX}${randomBytes(4).toString('hex')}`;
}

function symmetricKey(): string {
  return `${keyId()}:${randomBytes(32).toString('base64')}`;
}

function signingKeys(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return JSON.stringify({
    keys: [{ ...privateKey.export({ format: 'jwk' }), kid: keyId(), alg: 'ES256', use: 'sig' }],
  });
}
