import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readDataClasses } from '../../scripts/data-classes.ts';
import { columns, maskedNames, unencryptedColumns } from '../../src/platform/data-classes/index.js';
import { encryptedColumns } from '../../src/platform/database/encrypted-columns.js';
import { Prisma } from '../../src/platform/database/generated/client.js';
import { findUnprotected } from './data-classes.ts';

const read = (file: string) => readFileSync(file, 'utf8');
const encrypted = Object.entries(encryptedColumns).flatMap(([model, options]) =>
  Object.keys(options).map((column) => `${model}.${column}`),
);

describe('A11.1 every column has a data class', () => {
  it('and generation fails on one without, or with a class that there is not', () => {
    const bad = read('test/architecture/fixtures/data-classes/untagged.prisma');
    expect(() => readDataClasses([bad])).toThrow(
      /^Columns without a data class .*: Shelf\.label, Shelf\.owner, Shelf\.lock, Book\.shelfId$/,
    );
  });

  it('as Prisma itself knows the columns', () => {
    const known = Object.values(Prisma.ModelName).flatMap((model) => {
      const names = Object.entries(Prisma).find(([name]) => name === `${model}ScalarFieldEnum`)?.[1] ?? {};
      return Object.keys(names).map((column) => `${model}.${column}`);
    });
    expect(known.length).toBeGreaterThan(100);
    expect(columns.map(({ model, column }) => `${model}.${column}`).toSorted()).toEqual(known.toSorted());
  });

  it('and the table is the one of the schema as it is', () => {
    const classes = readDataClasses(globSync('prisma/schema/*.prisma').map(read));
    const listed = columns.map(({ model, column, dataClass }) => [`${model}.${column}`, dataClass]);
    const tagged = Object.entries(classes).flatMap(([model, tags]) =>
      Object.entries(tags).map(([column, tag]) => [`${model}.${column}`, tag]),
    );
    expect(Object.fromEntries(listed)).toEqual(Object.fromEntries(tagged));
  });
});

describe('A11.2 B10.1 clinical and secret columns are encrypted, or excepted with a reason', () => {
  it('and one that is neither is found', () => {
    const row = { model: 'Shelf', column: 'diagnosis', dataClass: 'clinical' };
    expect(findUnprotected([row], [], {})).toEqual(['Shelf.diagnosis is neither encrypted nor excepted']);
    expect(findUnprotected([row], ['Shelf.diagnosis'], {})).toEqual([]);
    expect(findUnprotected([row], ['Shelf.diagnosis'], { 'Shelf.diagnosis': 'x' })).toHaveLength(1);
    expect(findUnprotected([{ ...row, dataClass: 'public' }], [], { 'Shelf.diagnosis': 'x' })).toHaveLength(1);
  });

  it('in this schema', () => {
    expect(findUnprotected(columns, encrypted, unencryptedColumns)).toEqual([]);
    expect(Object.values(unencryptedColumns).every((reason) => reason.length > 10)).toBe(true);
  });
});

it('A6.2 A11.2 what is personal, clinical or secret has its name among those that the log masks', () => {
  expect(maskedNames).toEqual(
    expect.arrayContaining(['email', 'displayName', 'nationalId', 'note', 'passwordHash', 'tokenHash', 'secret']),
  );
  expect(maskedNames).not.toEqual(expect.arrayContaining(['id', 'createdAt']));
});
