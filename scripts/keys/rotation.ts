import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { Failure } from '../bootstrap/failure.mjs';

/**
 * How long the old key goes on to verify: the longest life of an access token (the maximum of ACCESS_TOKEN_TTL_S) and the
 * tolerance for clocks that differ. Its last token is refused for its own age before the key is.
 */
const OVERLAP_S = 600 + 5;

const seconds = z.int().nonnegative();
/** Loose: members that the server does not know belong to whoever wrote them, and stay. */
const keySchema = z.looseObject({ kid: z.string(), nbf: seconds.optional(), exp: seconds.optional() });
const setSchema = z.looseObject({ keys: z.array(keySchema).min(1) });

type Key = z.infer<typeof keySchema>;
type KeySet = z.infer<typeof setSchema>;

interface Rotation {
  readonly set: KeySet;
  readonly dropped: readonly string[];
}

interface Options {
  /** Seconds since the epoch. */
  readonly now: number;
  /** Seconds until the new key signs: every reader of the set must know it by then. */
  readonly lead: number;
  readonly kidPrefix: string;
  /** Also when a rotation is under way. */
  readonly isForced: boolean;
}

export function parseKeySet(text: string): KeySet {
  try {
    return setSchema.parse(JSON.parse(text));
  } catch {
    // The parsers quote what they could not read, and that is key material.
    throw new Failure('SIGNING_KEYS is not a JWK set whose keys have a kid, and nbf and exp in whole seconds.');
  }
}

/** Publishes a new key, which signs from `nbf` on; gives whatever signs until then an end; drops what has ended. */
export function rotate(set: KeySet, { now, lead, kidPrefix, isForced }: Options): Rotation {
  const live = set.keys.filter((key) => now < endOf(key));
  const [last] = live.toSorted((a, b) => beginOf(b) - beginOf(a));
  if (last !== undefined && beginOf(last) > now && !isForced) {
    throw new Failure(
      `A rotation is under way: ${last.kid} signs from ${timeOf(beginOf(last))}. Wait for it, or add --force.`,
    );
  }
  // The second that has begun is not part of the lead. When all keys have ended nobody signs: there is nothing to wait for.
  const nbf = last === undefined ? now : Math.max(now + 1 + lead, beginOf(last) + 1);
  const exp = nbf + OVERLAP_S;
  const kept = live.map((key) => ({ ...key, exp: key === last ? exp : (key.exp ?? exp) }));
  return {
    set: { ...set, keys: [...kept, newKey(`${kidPrefix}${timeOf(now).slice(0, 10)}`, nbf)] },
    dropped: set.keys.filter((key) => !live.includes(key)).map(({ kid }) => kid),
  };
}

/** The set and what was dropped, in words without key material. */
export function describe({ set, dropped }: Rotation): string {
  return [
    ...set.keys.map((key) => `  ${key.kid}: ${lifeOf(key)}`),
    ...dropped.map((kid) => `  ${kid}: dropped, it had ended`),
  ].join('\n');
}

function lifeOf(key: Key): string {
  const begin = key.nbf === undefined ? [] : [`signs from ${timeOf(key.nbf)}`];
  const end = key.exp === undefined ? [] : [`verifies until ${timeOf(key.exp)}`];
  return [...begin, ...end].join(', ');
}

function newKey(name: string, nbf: number): Key {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const kid = `${name}-${randomBytes(4).toString('hex')}`;
  return { ...privateKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig', nbf };
}

function beginOf(key: Key): number {
  return key.nbf ?? 0;
}

function endOf(key: Key): number {
  return key.exp ?? Infinity;
}

function timeOf(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString();
}
