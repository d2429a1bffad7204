import type { ErrorCode, FieldError } from '../errors/index.js';
import { signsIn } from './hostile-text.js';
import { isTrap } from './honeypots.js';
import type { SignalKind } from './signal.js';

export interface RefusalFacts {
  readonly code: ErrorCode;
  readonly fields: readonly FieldError[];
  readonly method: string;
  readonly url: string;
  readonly body: unknown;
  /** Why, for a credential that was refused. */
  readonly reason?: string | undefined;
  /** Whether a route was found for it. */
  readonly isRouted: boolean;
}

/** Rules of class-validator (platform/validation) whose breach says more than "mistyped". Anything else is of a wrong type. */
const BY_RULE: ReadonlyMap<string, SignalKind> = new Map([
  ['unknown-field', 'field-surplus'],
  ['is-defined', 'field-missing'],
  ['max-length', 'field-too-long'],
  ['is-length', 'field-too-long'],
  ['is-in', 'field-outside-list'],
  ['is-enum', 'field-outside-list'],
]);

const MAX_DEPTH = 4;
const MAX_FIELDS = 50;

/** Reasons of a refused token that no honest client can have: not the end of its time, nor of its session. */
const FORGERIES: ReadonlySet<string> = new Set([
  'unknown-key',
  'wrong-header',
  'wrong-claims',
  'not-yet-valid',
  'invalid-token',
]);

const BY_CODE: Partial<Record<ErrorCode, SignalKind>> = {
  'method-not-allowed': 'method-unexpected',
  'malformed-request': 'body-malformed',
  'unsupported-media-type': 'body-malformed',
  'payload-too-large': 'body-too-large',
  'uri-too-long': 'field-too-long',
  'headers-too-large': 'body-too-large',
  'field-not-allowed': 'field-surplus',
  forbidden: 'permission-missing',
  'network-not-allowed': 'network-refused',
  // The event is that of the first one in a window: here each counts.
  'quota-exceeded': 'limit-exceeded',
};

/** What a refused request is a sign of; most are a sign of nothing but a mistake, which is why points count. */
export function signalsOf(refusal: RefusalFacts): readonly SignalKind[] {
  const { code, fields, url, body } = refusal;
  const kinds = new Set<SignalKind>(signsIn(url, textOf(body)));
  const own = ownSignalOf(refusal);
  if (own !== undefined) kinds.add(own);
  if (code === 'validation-failed')
    for (const field of fields) kinds.add(BY_RULE.get(field.code) ?? 'field-of-wrong-type');
  return [...kinds];
}

function ownSignalOf(refusal: RefusalFacts): SignalKind | undefined {
  const { code, reason } = refusal;
  if (code === 'not-found') return ofNotFound(refusal);
  if (code === 'unauthenticated') return FORGERIES.has(reason ?? '') ? 'token-forged' : undefined;
  return BY_CODE[code];
}

function ofNotFound({ isRouted, method, url }: RefusalFacts): SignalKind {
  if (isRouted) return method === 'GET' || method === 'HEAD' ? 'object-unknown' : 'object-unknown-in-write';
  return isTrap(url) ? 'honeypot-touched' : 'path-unknown';
}

/** Names and texts of a body, as far as they are of use: a body may be as deep and as wide as its size allows. */
function textOf(body: unknown, depth = 0): string {
  if (typeof body === 'string') return body;
  if (typeof body !== 'object' || body === null || depth > MAX_DEPTH) return '';
  return Object.entries(body)
    .slice(0, MAX_FIELDS)
    .map(([name, value]) => `${name} ${textOf(value, depth + 1)}`)
    .join(' ');
}
