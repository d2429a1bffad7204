import { existsSync, readFileSync } from 'node:fs';
import util from 'node:util';
import { Failure } from './failure.mjs';

/**
 * A setting as the server will see it: from the environment, else from .env. For what must be known before the server is built.
 * @param {string} name
 * @returns {string | undefined}
 */
export function setting(name) {
  return process.env[name] || readEnvFile('.env')[name] || undefined;
}

/**
 * Like `setting`, also from the file that NAME_FILE names.
 * @param {string} name
 * @returns {string | undefined}
 */
export function secretSetting(name) {
  const value = setting(name);
  const file = setting(`${name}_FILE`);
  if (value !== undefined || file === undefined) return value;
  if (!existsSync(file)) throw new Failure(`${name}_FILE names a file that does not exist.`);
  return readFileSync(file, 'utf8').trim();
}

/** @param {string} file @returns {NodeJS.Dict<string>} */
export function readEnvFile(file) {
  return existsSync(file) ? util.parseEnv(readFileSync(file, 'utf8')) : {};
}

/** Where the API listens, and the management listener. */
export function listeners() {
  const host = setting('HOST') ?? '127.0.0.1';
  return { host, port: Number(setting('PORT') ?? 3000), managementPort: Number(setting('MANAGEMENT_PORT') ?? 9090) };
}
