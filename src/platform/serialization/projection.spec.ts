import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_PERMISSIONS, type Permission, type PermissionSet } from '../access/index.js';
import { Field } from './field.js';
import { lastFour } from './masks.js';
import { pageOf, toPage } from './page.js';
import { Projection, UndeclaredField } from './projection.js';

const IDENTIFY = 'shelves:identify' as Permission;
const CONTACT = 'shelves:contact' as Permission;
const everything: PermissionSet = new Set([IDENTIFY, CONTACT]);

class AuthorView {
  @Field() name!: string;
  @Field({ requires: CONTACT }) phone!: string;
}

class ShelfView {
  @Field() id!: string;
  @Field({ nullable: true }) title!: string | null;
  @Field() addedAt!: Date;
  @Field({ format: 'date' }) printed!: Date;
  @Field({ requires: IDENTIFY, mask: lastFour }) code!: string;
  @Field({ requires: CONTACT }) keeper!: string;
  @Field() tags!: string[];
  @Field({ view: AuthorView }) author!: AuthorView;
  @Field({ list: AuthorView }) readers!: AuthorView[];
}

const lenient = new Projection(ShelfView, false);
const strict = new Projection(ShelfView, true);

const row = {
  id: '7',
  title: null,
  addedAt: new Date('2026-01-31T09:30:00.000Z'),
  printed: new Date('1984-02-29T00:00:00.000Z'),
  code: 'AB-1234567-C',
  keeper: 'Grace',
  tags: ['new'],
  author: { name: 'Ada', phone: '+442079460123' },
  readers: [{ name: 'Alan', phone: '+442079460124' }],
};

/** A value, or a list of values: nothing with names of its own. */
const isNameless = (value: unknown): boolean =>
  Array.isArray(value) ? value.every(isNameless) : typeof value !== 'object' || value === null;

describe('a view', () => {
  it('B7.1 shows all that it lists to whoever has the permissions', () => {
    expect(lenient.project(row, everything)).toEqual({
      ...row,
      addedAt: '2026-01-31T09:30:00.000Z',
      printed: '1984-02-29',
    });
  });

  it('B15.1 masks or leaves out what needs a permission that the caller lacks, at every depth', () => {
    expect(lenient.project(row, NO_PERMISSIONS)).toEqual({
      id: '7',
      title: null,
      addedAt: '2026-01-31T09:30:00.000Z',
      printed: '1984-02-29',
      code: '••••67-C',
      tags: ['new'],
      author: { name: 'Ada' },
      readers: [{ name: 'Alan' }],
    });
  });

  it('B15.1 judges each caller by their own permissions, in whatever order they come', () => {
    const fresh = new Projection(ShelfView, false);
    const contact: PermissionSet = new Set([CONTACT]);
    const seen = [NO_PERMISSIONS, everything, contact, NO_PERMISSIONS, everything].map((permissions) =>
      fresh.project(row, permissions),
    );
    expect(seen[0]).toEqual(seen[3]);
    expect(seen[1]).toEqual(seen[4]);
    expect(seen[2]).toMatchObject({ keeper: 'Grace', code: '••••67-C', author: { phone: '+442079460123' } });
    expect(seen[0]).not.toHaveProperty('keeper');
  });

  it.each<[string, object]>([
    ['a column of the row', { passwordHash: 'x' }],
    ['a column that is undefined', { passwordHash: undefined }],
    ['a nested column', { author: { ...row.author, passwordHash: 'x' } }],
    ['a column of an item', { readers: [{ ...row.readers[0], passwordHash: 'x' }] }],
  ])('B7.1 never shows %s that it does not list, and fails on it in tests', (_what, surplus) => {
    expect(JSON.stringify(lenient.project({ ...row, ...surplus }, everything))).not.toContain('passwordHash');
    expect(() => strict.project({ ...row, ...surplus }, everything)).toThrow(UndeclaredField);
  });

  it('B7.1 names the view and the column that it does not list, and never the value', () => {
    expect(() => strict.project({ ...row, passwordHash: 'canary' }, everything)).toThrow(
      'ShelfView does not list what the handler returned: passwordHash',
    );
  });

  it('B7.1 lets nothing out under a name that it does not list, whatever the row', () => {
    const allowed = ['id', 'title', 'addedAt', 'printed', 'code', 'keeper', 'tags', 'author', 'readers'];
    const anyRow = fc.oneof(
      fc.object({ key: fc.oneof(fc.constantFrom(...allowed), fc.string()), maxDepth: 3 }),
      fc.record({ ...Object.fromEntries(allowed.map((name) => [name, fc.anything()])), secret: fc.anything() }),
    );
    fc.assert(
      fc.property(anyRow, fc.constantFrom(everything, NO_PERMISSIONS), (value, permissions) => {
        const projected = lenient.project(value, permissions) as Record<string, unknown>;
        expect(Object.keys(projected).every((name) => allowed.includes(name))).toBe(true);
        for (const name of ['id', 'title', 'keeper', 'code', 'printed']) expect(isNameless(projected[name])).toBe(true);
        const author = projected['author'] as Record<string, unknown> | null;
        expect(Object.keys(author ?? {}).every((name) => ['name', 'phone'].includes(name))).toBe(true);
      }),
    );
  });

  it.each<[string, unknown]>([
    ['a nested object', { secret: 1 }],
    ['a list of objects', [{ secret: 1 }]],
    ['a list of lists', [[{ secret: 1 }]]],
    ['a map', new Map([['secret', 1]])],
    ['a buffer', Buffer.from('secret')],
    ['an error', new Error('secret')],
    ['an object that says what JSON it is', { toJSON: () => 'secret' }],
  ])('B7.1 shows nothing of %s that no nested view describes', (_what, value) => {
    const projected = lenient.project({ ...row, title: value, tags: value, printed: value }, everything);
    expect(JSON.stringify(projected)).not.toContain('secret');
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['undefined', undefined],
    ['text', 'secret'],
    ['a number', 7],
    ['true', true],
    ['a function', () => 'secret'],
  ])('B7.1 makes nothing of %s', (_what, value) => {
    expect(lenient.project(value, everything)).toBeNull();
    expect(lenient.project({ ...row, author: value, readers: value }, everything)).toMatchObject({
      author: null,
      readers: [],
    });
  });

  it('B7.1 shows nothing at all without @Field()', () => {
    class Empty {
      id!: string;
    }
    expect(new Projection(Empty, false).project(row, everything)).toEqual({});
  });

  it.each<[string, unknown]>([
    ['a number', 123_456_789],
    ['null', null],
    ['undefined', undefined],
    ['an object', { code: 'AB-1234567-C' }],
    ['a list', ['AB-1234567-C']],
  ])('B15.1 shows null where the mask is for text and the value is %s', (_what, code) => {
    expect(lenient.project({ ...row, code }, NO_PERMISSIONS)).toMatchObject({ code: null });
  });

  it('shows a missing value as null, so that the form of an answer does not depend on the row', () => {
    expect(lenient.project({}, everything)).toMatchObject({ id: null, title: null, printed: null, author: null });
  });
});

describe('lastFour', () => {
  it.each([
    ['AB-1234567-C', '••••67-C'],
    ['123456789', '••••6789'],
    ['12345678', '••••'],
    ['1234', '••••'],
    ['', '••••'],
  ])('B7.4 masks "%s" as "%s"', (value, masked) => {
    expect(lastFour(value)).toBe(masked);
  });

  it('B7.4 shows at most four characters and never half of what it was given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        const shown = Array.from(lastFour(value).replace('••••', ''));
        expect(shown.length).toBeLessThanOrEqual(4);
        expect(value.endsWith(shown.join(''))).toBe(true);
        expect(shown.length * 2).toBeLessThanOrEqual(Array.from(value).length);
      }),
    );
  });

  it('B7.4 hides how long the value is', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 9 }), (value) => {
        expect(lastFour(value)).toHaveLength(8);
      }),
    );
  });

  it('A3.3 does not cut a character in two', () => {
    expect(lastFour('123456789😀abc').isWellFormed()).toBe(true);
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
        (value) => {
          expect(lastFour(value).isWellFormed()).toBe(true);
        },
      ),
    );
  });
});

describe('a page', () => {
  const rows = (count: number) => Array.from({ length: count }, (_, index) => ({ id: String(index) }));

  it.each([
    ['no rows', 0, 2, 0, null],
    ['fewer rows than asked for', 1, 2, 1, null],
    ['just as many', 2, 2, 2, null],
    ['one more', 3, 2, 2, '1'],
  ])('A3.2 of %s', (_what, found, limit, shown, nextCursor) => {
    const page = toPage(rows(found), { limit });
    expect(page.items).toHaveLength(shown);
    expect(page.nextCursor).toBe(nextCursor);
  });

  it('B15.5 reduces each item to its view', () => {
    const projection = new Projection(pageOf(AuthorView), false);
    const page = { items: [{ name: 'Ada', phone: '1', secret: 'x' }], nextCursor: null, total: 99 };
    expect(projection.project(page, NO_PERMISSIONS)).toEqual({ items: [{ name: 'Ada' }], nextCursor: null });
    expect(projection.project({ items: { secret: 'x' }, nextCursor: 'n' }, NO_PERMISSIONS)).toEqual({
      items: [],
      nextCursor: 'n',
    });
  });

  it('has one class for each item view, named after it', () => {
    expect(pageOf(AuthorView)).toBe(pageOf(AuthorView));
    expect(pageOf(ShelfView)).not.toBe(pageOf(AuthorView));
    expect(pageOf(ShelfView).name).toBe('ShelfPage');
  });
});
