import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  findDatabaseDoors,
  findLeakyComparisons,
  findLongParameterLists,
  findUnexplainedSuppressions,
} from './house-rules.js';

const ROOT = resolve(import.meta.dirname, '../..');
const readFixture = (name: string): string =>
  readFileSync(join(import.meta.dirname, 'fixtures/house-rules', name), 'utf8');

const rules = [
  {
    title: 'a function takes at most four parameters, and Nest injects at most eight',
    find: findLongParameterLists,
    // Not the specs: the columns of a table of cases are parameters there.
    folders: ['src/**/!(*.spec).ts', 'scripts/**/*.{ts,mjs}'],
    bad: { fixture: 'too-many-parameters.ts', lines: [1, 5, 8, 12, 19] },
    good: 'few-parameters.ts',
  },
  {
    title: 'features and clinic reach the database through repositories',
    find: findDatabaseDoors,
    folders: ['src/{features,clinic}/**/!(*.repository).ts'],
    bad: { fixture: 'database-door.service.ts', lines: [1, 2, 3, 4, 6, 7] },
    good: 'no-database-door.service.ts',
  },
  {
    title: 'A4.1 what is secret, or made of it, is compared by isSameSecret or timingSafeEqual',
    find: findLeakyComparisons,
    folders: ['src/**/!(*.spec).ts', 'scripts/**/*.{ts,mjs}'],
    bad: { fixture: 'leaky-comparisons.ts', lines: [3, 4, 5, 6, 7, 8, 9, 10, 11] },
    good: 'steady-comparisons.ts',
  },
  {
    title: 'a lint rule is switched off by name and with a reason',
    find: findUnexplainedSuppressions,
    folders: ['src/**/*.ts', 'scripts/**/*.{ts,mjs}', 'test/!(architecture)/**/*.ts', 'prisma/*.ts'],
    bad: { fixture: 'unexplained-suppression.ts', lines: [1, 4, 5] },
    good: 'explained-suppression.ts',
  },
];

describe.each(rules)('$title', ({ find, folders, bad, good }) => {
  it('fires on the known-bad fixture', () => {
    expect(find(readFixture(bad.fixture))).toEqual(bad.lines);
  });

  it('is silent on the good fixture', () => {
    expect(find(readFixture(good))).toEqual([]);
  });

  it('holds in the house', () => {
    const files = globSync(folders, { cwd: ROOT, exclude: ['src/platform/database/generated/**'] });
    expect(files.length, 'files read').toBeGreaterThan(0);
    const offenders = files.flatMap((file) =>
      find(readFileSync(join(ROOT, file), 'utf8')).map((line) => `${file}:${line}`),
    );
    expect(offenders).toEqual([]);
  });
});
