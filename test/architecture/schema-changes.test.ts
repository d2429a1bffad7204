import { describe, expect, it } from 'vitest';
import { schemaChanges, type Direction, type Schema, type Schemas } from './schema-changes.ts';

const schemas: Schemas = { Tag: { type: 'object', properties: { label: { type: 'string' } } } };
const tag: Schema = { $ref: '#/components/schemas/Tag' };
const nothing: Schema = { type: 'null' };
const changesOf = (direction: Direction, before: Schema, after: Schema, later = schemas) =>
  schemaChanges(direction, 'it', { schemas, schema: before }, { schemas: later, schema: after });

const text: Schema = { type: 'string' };
const list: Schema = { type: 'array', items: text };
const map: Schema = { type: 'object', additionalProperties: true };

describe('B17.2 a value that breaks clients', () => {
  it.each<[string, Direction, Schema, Schema]>([
    ['it has a stricter exclusiveMaximum', 'input', { type: 'number' }, { type: 'number', exclusiveMaximum: 5 }],
    ['it has a stricter exclusiveMinimum', 'input', { type: 'number' }, { type: 'number', exclusiveMinimum: 0 }],
    ['it has another multipleOf', 'input', { type: 'number' }, { type: 'number', multipleOf: 5 }],
    ['it has a stricter minItems', 'input', list, { ...list, minItems: 1 }],
    ['it has a stricter maxItems', 'input', list, { ...list, maxItems: 9 }],
    ['it takes nothing twice', 'input', list, { ...list, uniqueItems: true }],
    ['it takes no other fields', 'input', map, { ...map, additionalProperties: false }],
    ['it takes fewer values', 'input', text, { type: 'string', const: 'a' }],
    ['it takes fewer values', 'input', { ...text, enum: ['a', 'b'] }, { ...text, const: 'a' }],
    ['it has another default', 'input', { type: 'integer', default: 20 }, { type: 'integer', default: 10 }],
    ['it has another default', 'input', { type: 'integer', default: 20 }, { type: 'integer' }],
    ['it[] has another type', 'input', { type: 'array' }, list],
    ['it may not be null', 'input', { anyOf: [tag, nothing] }, { anyOf: [tag] }],
    ['it[] has another type', 'output', list, { type: 'array' }],
    ['it may be null', 'output', { anyOf: [tag] }, { anyOf: [tag, nothing] }],
    ['it may be null', 'output', tag, { anyOf: [tag, nothing] }],
    ['it may be integer', 'output', { oneOf: [text] }, { oneOf: [text, { type: 'integer' }] }],
    ['it(string) has another format', 'output', { oneOf: [text] }, { oneOf: [{ ...text, format: 'uuid' }] }],
    ['it has more values', 'output', { ...text, const: 'a' }, { ...text, enum: ['a', 'b'] }],
    ['it has more values', 'output', { ...text, const: 'a' }, text],
    ['it has a wider maxLength', 'output', { ...text, maxLength: 9 }, { ...text, maxLength: 10 }],
    ['it has a wider maxLength', 'output', { ...text, maxLength: 9 }, text],
    ['it has a wider minimum', 'output', { type: 'integer', minimum: 1 }, { type: 'integer', minimum: 0 }],
    ['it has another pattern', 'output', { ...text, pattern: '^a' }, { ...text, pattern: '^b' }],
    ['it has another pattern', 'output', { ...text, pattern: '^a' }, text],
  ])('is found: %s (%s)', (change, direction, before, after) => {
    expect(changesOf(direction, before, after)).toContain(change);
  });

  it('is found behind a name that stays', () => {
    const later: Schemas = { Tag: { type: 'object', properties: { label: { type: 'integer' } } } };
    expect(changesOf('output', { anyOf: [tag, nothing] }, { anyOf: [tag, nothing] }, later)).toEqual([
      'it(Tag).label has another type',
    ]);
  });

  it.each<[string, Direction, Schema, Schema]>([
    ['one kind more to send', 'input', { anyOf: [tag] }, { anyOf: [tag, nothing] }],
    ['one kind less in the answer', 'output', { anyOf: [tag, nothing] }, { anyOf: [tag] }],
    ['a bound that is gone', 'input', { ...list, minItems: 1 }, list],
    ['a pattern that is gone', 'input', { ...text, pattern: '^a' }, text],
    ['a bound of what is answered', 'output', text, { ...text, maxLength: 9 }],
    ['a pattern of what is answered', 'output', text, { ...text, pattern: '^a' }],
    ['a default where there was none', 'input', { type: 'integer' }, { type: 'integer', default: 20 }],
    [
      'other fields that were never taken',
      'input',
      { type: 'object' },
      { type: 'object', additionalProperties: false },
    ],
  ])('is not: %s', (_what, direction, before, after) => {
    expect(changesOf(direction, before, after)).toEqual([]);
  });
});
