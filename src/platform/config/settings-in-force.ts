import type { z } from 'zod';
import { readEnvironment } from './environment.js';
import { defaultOf, isSecretField } from './fields.js';
import { currentProcess, secretNames, type Origin } from './load-config.js';
import type { ConfigSlice } from './slice.js';

const SET = 'set';
const NOT_SET = 'not set';
/** No secret to the server, and worth nothing once others know them. */
const PLANTED = new Set(['DETECTION_HONEY_KEYS']);

/**
 * Every setting as it is in force, for a record that others read: of a secret, of somebody's address and of what was planted no
 * more than that there is one, not even a hash, for many could be guessed by it; of a URL scheme and host alone, because the rest
 * may be a secret too. @control B20.1
 */
export function settingsInForce(slices: readonly ConfigSlice[], origin: Origin = currentProcess()) {
  const names = slices.flatMap(secretNames);
  // As a running server reads again: nothing is made for it.
  const { environment } = readEnvironment({ ...origin, secretNames: names, isReread: true });
  const fields = slices.flatMap((slice) => Object.entries<z.core.$ZodType>(slice.schema.shape));
  return Object.fromEntries(
    fields.map(([name, field]): [string, string] => {
      const text = environment[name] ?? defaultOf(field) ?? '';
      if (text === '') return [name, NOT_SET];
      return [name, isSecretField(field) || PLANTED.has(name) ? SET : text.split(',').map(shown).join(',')];
    }),
  );
}

function shown(part: string): string {
  const text = part.trim();
  if (text.includes('://')) return URL.canParse(text) ? withoutSecrets(new URL(text)) : SET;
  return text.includes('@') ? SET : text;
}

function withoutSecrets({ protocol, host }: URL): string {
  return `${protocol}//${host}`;
}
