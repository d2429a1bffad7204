import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import type { Environment } from './slice.js';

/** A file layer of the environment; each is optional, and what is missing in the end is reported by name. */
export function readEnvFile(path: string): Environment {
  try {
    return withoutEmpty(parseEnv(readFileSync(path, 'utf8')));
  } catch {
    // Not there, or not readable: as good as empty.
    return {};
  }
}

/** An empty or blank value counts as not set: `PORT=` in a file does not mean port "". */
export function withoutEmpty(values: Readonly<Record<string, string | undefined>>): Environment {
  const present: Record<string, string> = {};
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value.trim() !== '') present[name] = value;
  }
  return present;
}
