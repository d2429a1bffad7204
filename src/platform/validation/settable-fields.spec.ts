import { describe, expect, it } from 'vitest';
import type { Permission } from '../access/index.js';
import { Nested, Text } from './fields.js';
import { forbiddenFields } from './settable-fields.js';

const MOVE = 'shelves:move' as Permission;

class PlaceBody {
  @Text({ max: 10 }) room!: string;
  @Text({ max: 10, requires: MOVE }) floor!: string;
}

class ShelfBody {
  @Text({ max: 10 }) title!: string;
  @Text({ max: 10, optional: true, requires: MOVE }) code?: string;
  @Nested(() => PlaceBody, { optional: true }) place?: PlaceBody;
}

class LongShelfBody extends ShelfBody {}

const refused = (body: object, value: unknown, permissions = new Set<Permission>()) =>
  forbiddenFields(body, value, permissions).map(({ pointer, code }) => `${pointer} ${code}`);

describe('a field that requires a permission to be set', () => {
  it.each<[string, unknown]>([
    ['a value', 'x'],
    ['nothing', null],
    ['undefined', undefined],
    ['the empty text', ''],
    ['a value of another form', { $set: 'x' }],
  ])('B15.2 is refused with %s', (_what, code) => {
    expect(refused(ShelfBody, { title: 'x', code })).toEqual(['#/code field-not-allowed']);
  });

  it('B15.2 is refused in a body that another class extends, and at depth', () => {
    expect(refused(LongShelfBody, { code: 'x' })).toEqual(['#/code field-not-allowed']);
    expect(refused(ShelfBody, { place: { room: 'x', floor: '1' } })).toEqual(['#/place/floor field-not-allowed']);
  });

  it('B15.1 may be set with the permission', () => {
    expect(refused(ShelfBody, { code: 'x', place: { floor: '1' } }, new Set([MOVE]))).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['without it', { title: 'x', place: { room: 'x' } }],
    ['that is no object', 'code'],
    ['that is absent', undefined],
    ['that is null', null],
    ['with a text where a body belongs', { place: 'floor' }],
  ])('concerns no body %s', (_what, value) => {
    expect(refused(ShelfBody, value)).toEqual([]);
  });

  it('B8.4 is refused without the value', () => {
    expect(JSON.stringify(forbiddenFields(ShelfBody, { code: 'canary' }, new Set()))).not.toContain('canary');
  });
});
