import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { completeDevelopmentSecrets } from './development-secrets.js';
import { readEnvFile, withoutEmpty } from './env-file.js';
import type { Environment } from './slice.js';

export interface EnvironmentReading {
  readonly environment: Environment;
  readonly problems: readonly string[];
}

interface Sources {
  /** Folder of `.env` and `.data/`. */
  readonly root: string;
  readonly process: Readonly<Record<string, string | undefined>>;
  /** Names that may be given as `NAME_FILE`. */
  readonly secretNames: readonly string[];
  /** A running server reads again: a secret that has vanished is missing, not to be made anew. */
  readonly isReread?: boolean;
}

/**
 * Merges the layers, first one wins: process, `.env`, and outside production the generated `.data/dev.env`
 * and the embedded database's `.data/database.env`. An empty value counts as not set.
 */
export function readEnvironment(sources: Sources): EnvironmentReading {
  const given = { ...readEnvFile(join(sources.root, '.env')), ...withoutEmpty(sources.process) };
  const { environment, problems } = resolveFiles(given, sources.secretNames);
  if (!isDevelopment(environment)) return { environment, problems };

  const data = join(sources.root, '.data');
  // A database of one's own brings both of its addresses: never mix it with the embedded one's.
  const embedded = environment['DATABASE_URL'] === undefined ? readEnvFile(join(data, 'database.env')) : {};
  const generated = join(data, 'dev.env');
  const secrets =
    sources.isReread === true ? readEnvFile(generated) : completeDevelopmentSecrets(generated, environment);
  return { environment: { ...embedded, ...secrets, ...environment }, problems };
}

/** A misspelt NODE_ENV is not development: nothing is generated for it, and the start fails on its name (fails closed). */
function isDevelopment({ NODE_ENV }: Environment): boolean {
  return NODE_ENV === undefined || NODE_ENV === 'development' || NODE_ENV === 'test';
}

function resolveFiles(given: Environment, secretNames: readonly string[]): EnvironmentReading {
  const environment: Record<string, string> = { ...given };
  const problems: string[] = [];
  for (const name of secretNames) {
    const path = given[`${name}_FILE`];
    if (path === undefined) continue;
    if (given[name] !== undefined) {
      problems.push(`${name}: is given twice, as ${name} and as ${name}_FILE`);
      continue;
    }
    try {
      environment[name] = readFileSync(path, 'utf8').trim();
    } catch {
      // The reason can only be the path, which the operator has just written.
      problems.push(`${name}_FILE: the file cannot be read`);
    }
  }
  return { environment, problems };
}
