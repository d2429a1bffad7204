import { isRecord, isType } from './json-schema.js';

/** How long a text can be that has one of these formats; what the format says already need not be said by each field. */
export const LENGTH_OF_FORMAT: Readonly<Record<string, number>> = { uuid: 36, date: 10, 'date-time': 29, email: 254 };

/** What an answer may hold follows from what a request may (pipeline/server.ts, 100 KiB), times what escaping makes of it; rounded up. */
const LONGEST_TEXT = 1_000_000;
const LONGEST_LIST = 100_000;

/**
 * Bounds of texts, lists and whole numbers (API4:2023). For what comes in only those that its format or type implies: any other
 * bound is the field's own to declare, and enforced by it (platform/validation/fields.ts).
 */
export function addBounds(schema: unknown, direction: 'input' | 'output'): void {
  if (Array.isArray(schema)) for (const item of schema) addBounds(item, direction);
  if (!isRecord(schema)) return;
  for (const inner of Object.values(schema)) addBounds(inner, direction);
  Object.assign(schema, impliedBounds(schema), direction === 'output' && boundsOfAnswers(schema), schema);
}

function impliedBounds(schema: Readonly<Record<string, unknown>>) {
  const { format } = schema;
  const length = typeof format === 'string' ? LENGTH_OF_FORMAT[format] : undefined;
  if (isType(schema, 'string') && length !== undefined) return { maxLength: length };
  return isType(schema, 'integer') ? { format: 'int32' } : {};
}

function boundsOfAnswers(schema: Readonly<Record<string, unknown>>) {
  const isBounded = ['maxLength', 'enum', 'const'].some((key) => key in schema);
  if (isType(schema, 'string') && !isBounded) return { maxLength: LONGEST_TEXT, ...impliedBounds(schema) };
  return isType(schema, 'array') ? { maxItems: LONGEST_LIST } : {};
}
