import type { FastifyInstance } from 'fastify';
import { AppError } from '../errors/index.js';

const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;

/** Deeper than any body of this API. What walks a value may do so by recursion, and thousands of levels would end in a RangeError. */
const MAX_DEPTH = 32;
const OPENING: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const CLOSING: ReadonlySet<number> = new Set([0x5d, 0x7d]);

/**
 * Takes JSON as Fastify does, without what would reach a prototype (CWE-1321), and refuses what is nested too deeply, as well as a name that comes twice in one
 * object: the last one counts for us, the first one for others, so that what a filter in front has checked need not be what we read (RFC 8259 §4, CWE-436).
 * @control A3.2 A3.3
 */
export function parseJsonStrictly(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.removeContentTypeParser('application/json');
  server.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, text, done) => {
    void parse(request, text, (error: Error | null, value?: unknown) => {
      if (error !== null) done(error);
      else done(isTooDeep(text) || hasRepeatedName(text, value) ? new AppError('malformed-request') : null, value);
    });
  });
}

/** `text` is JSON, and `value` what became of it: a name that came twice has left one member of two. */
export function hasRepeatedName(text: string, value: unknown): boolean {
  return membersWritten(text) !== membersOf(value);
}

/** Each member of an object has one colon outside of strings. */
function membersWritten(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === COLON) count += 1;
    else if (code === QUOTE) at = endOfString(text, at);
  }
  return count;
}

/** `text` is JSON. */
export function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (OPENING.has(code)) depth += 1;
    else if (CLOSING.has(code)) depth -= 1;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH) at += 1;
  }
  return text.length;
}

/** Without recursion: how deep it goes is the sender's choice, and judged later. */
function membersOf(value: unknown): number {
  let count = 0;
  const open = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next !== 'object' || next === null) continue;
    const inner: unknown[] = Object.values(next);
    if (!Array.isArray(next)) count += inner.length;
    for (const item of inner) open.push(item);
  }
  return count;
}
