import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ValidationFailed } from '../errors/index.js';
import { NO_PERMISSIONS, type Permission, type PermissionSet } from '../access/index.js';
import { Field } from './field.js';
import { lastFour } from './masks.js';
import { Narrowings } from './narrowing.js';
import { itemOf, pageOf } from './page.js';
import { Projection } from './projection.js';
import { VisibleColumns } from './visible-fields.js';

const IDENTIFY = 'shelves:identify' as Permission;
const CONTACT = 'shelves:contact' as Permission;
const everything: PermissionSet = new Set([IDENTIFY, CONTACT]);

class AuthorView {
  @Field() id!: string;
}

class ShelfView {
  @Field() id!: string;
  @Field({ requires: IDENTIFY, mask: lastFour }) code!: string;
  @Field({ requires: CONTACT }) keeper!: string;
  @Field({ view: AuthorView }) author!: AuthorView;
}

const row = { id: '7', code: 'AB-1234567-C', keeper: 'Grace', author: { id: '8' } };
const narrowings = new Narrowings();
const take = (fields: unknown, permissions = everything) => narrowings.take({ fields }, ShelfView, permissions);

/** What the caller is told; the fields of an answer that is refused, by their rule. */
function refusalOf(fields: unknown, permissions: PermissionSet): unknown {
  try {
    return take(fields, permissions);
  } catch (error) {
    return error instanceof ValidationFailed ? error.fields : error;
  }
}

function project(fields: string, permissions: PermissionSet): unknown {
  return new Projection(ShelfView, true).project(row, permissions, take(fields, permissions));
}

describe('?fields=', () => {
  it.each<[string, PermissionSet, object]>([
    ['id', everything, { id: '7' }],
    ['code,keeper', everything, { code: row.code, keeper: 'Grace' }],
    ['code', NO_PERMISSIONS, { code: '••••67-C' }],
    ['author', NO_PERMISSIONS, { author: { id: '8' } }],
  ])('B15.3 narrows to %s, masked as ever', (fields, permissions, shown) => {
    expect(project(fields, permissions)).toEqual(shown);
  });

  it('B15.3 narrows the items of a page and not the page', () => {
    const page = new Projection(pageOf(ShelfView), true);
    const narrowing = narrowings.take({ fields: 'id' }, itemOf(pageOf(ShelfView)), everything);
    expect(page.project({ items: [row], nextCursor: 'x' }, everything, narrowing)).toEqual({
      items: [{ id: '7' }],
      nextCursor: 'x',
    });
  });

  it.each<[string, unknown]>([
    ['a name that there is not', 'title'],
    ['a name that there is for others', 'keeper'],
    ['one of them among others', 'id,keeper'],
    ['a column', 'passwordHash'],
    ['a name of every object', 'constructor'],
    ['a path', 'author.id'],
    ['a name in other capitals', 'ID'],
    ['a name with a space', ' id'],
    ['everything', '*'],
    ['nothing', ''],
    ['nothing in between', 'id,,code'],
    ['a name twice', 'id,id'],
    ['a list', ['id', 'code']],
    ['an object', { id: '1' }],
  ])('B15.4 refuses %s, always in the same words', (_what, fields) => {
    const told = refusalOf(fields, NO_PERMISSIONS);
    expect(told).toMatchObject([{ pointer: '#/fields', code: 'unknown-field' }]);
    expect(told).toEqual(refusalOf('title', NO_PERMISSIONS));
  });

  it('B15.3 never shows what the whole view would not show', () => {
    const names = ['id', 'code', 'keeper', 'author', 'title'];
    const whole = (permissions: PermissionSet) => new Projection(ShelfView, true).project(row, permissions);
    fc.assert(
      fc.property(fc.subarray(names), fc.constantFrom(everything, NO_PERMISSIONS), (asked, permissions) => {
        if (Array.isArray(refusalOf(asked.join(), permissions))) return;
        expect(whole(permissions)).toMatchObject(project(asked.join(), permissions) as object);
      }),
    );
  });

  it('is the same narrowing for the same question, however many others there are in between', () => {
    const first = take('id,code');
    expect(take('id,code')).toBe(first);
    expect(take('id,code', new Set(everything))).not.toBe(first);
  });

  it('is taken out of the query, and is nothing when it is not there', () => {
    const query = { fields: 'id', limit: '1' };
    narrowings.take(query, ShelfView, everything);
    expect(query).toEqual({ limit: '1' });
    expect(narrowings.take({ limit: '1' }, ShelfView, everything)).toBeUndefined();
    expect(narrowings.take(undefined, ShelfView, everything)).toBeUndefined();
  });
});

describe('the columns that are read', () => {
  const columns = { id: true, code: true, keeper: true, shelf: true } as const;

  it('B7.2 are those that the view shows or masks for the caller', () => {
    const visible = new VisibleColumns(ShelfView, columns);
    expect(visible.for(everything)).toEqual({ id: true, code: true, keeper: true });
    expect(visible.for(NO_PERMISSIONS)).toEqual({ id: true, code: true });
  });

  it('are one object for each set of permissions, so that a statement is made once', () => {
    const visible = new VisibleColumns(ShelfView, columns);
    expect(visible.for(everything)).toBe(visible.for(everything));
  });
});
