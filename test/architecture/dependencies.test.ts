import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { findUnaccountedDependencies, type Manifest } from './dependencies.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const versions = z.record(z.string(), z.string()).optional();
const manifestSchema = z.object({
  dependencies: versions,
  devDependencies: versions,
  optionalDependencies: versions,
});
const licenceSchema = z.object({ license: z.string().optional() });
const lockSchema = z.object({ packages: z.record(z.string(), licenceSchema) });

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const parse = (path: string): unknown => JSON.parse(read(path));

describe('docs/dependencies.md accounts for every direct dependency', () => {
  const table = ['| Package | For | Licence |', '| --- | --- | --- |', '| `zod` | parsing | MIT |'].join('\n');
  const manifest = { dependencies: { zod: '4.6.7' } };
  const installed = new Map([
    ['zod', 'MIT'],
    ['pino', 'MIT'],
  ]);
  const find = (given: Manifest, document: string): string[] =>
    findUnaccountedDependencies(given, document, (name) => installed.get(name));

  it.each([
    ['a dependency without a row', { dependencies: { zod: '4.6.7', pino: '10.4.0' } }, table, 'pino: has 0 rows'],
    [
      'a development dependency without a row',
      { ...manifest, devDependencies: { pino: '10.4.0' } },
      table,
      'pino: has 0 rows',
    ],
    [
      'an optional dependency without a row',
      { ...manifest, optionalDependencies: { pino: '10.4.0' } },
      table,
      'pino: has 0 rows',
    ],
    ['a dependency with two rows', manifest, `${table}\n| \`zod\` | again | MIT |`, 'zod: has 2 rows'],
    ['a row without a dependency', manifest, `${table}\n| \`pino\` | logs | MIT |`, 'pino: is no direct dependency'],
    ['a caret', { dependencies: { zod: '^4.6.7' } }, table, 'zod: ^4.6.7 is not an exact version'],
    ['a tag', { dependencies: { zod: 'latest' } }, table, 'zod: latest is not an exact version'],
    ['a partial version', { dependencies: { zod: '4.6' } }, table, 'zod: 4.6 is not an exact version'],
    [
      'a repository',
      { dependencies: { zod: 'github:colinhacks/zod' } },
      table,
      'zod: github:colinhacks/zod is not an exact version',
    ],
    ['another licence', manifest, table.replace('MIT', 'ISC'), 'zod: the row says ISC, the package MIT'],
  ])('fires on %s', (_title, given, document, problem) => {
    expect(find(given, document)).toEqual([problem]);
  });

  it('fires on a package that is not there', () => {
    expect(findUnaccountedDependencies(manifest, table, () => undefined)).toEqual([
      'zod: the row says MIT, the package is missing',
    ]);
  });

  it('is silent when all is in order', () => {
    expect(find(manifest, table)).toEqual([]);
  });

  it('holds in the house', () => {
    const lock = lockSchema.parse(parse('package-lock.json'));
    const licenceOf = (name: string): string | undefined => {
      const path = `node_modules/${name}/package.json`;
      // A package for another platform is not installed here; the lockfile says what its licence is.
      return existsSync(join(ROOT, path))
        ? licenceSchema.parse(parse(path)).license
        : lock.packages[`node_modules/${name}`]?.license;
    };
    const house = manifestSchema.parse(parse('package.json'));
    expect(Object.keys(house.dependencies ?? {}).length, 'dependencies read').toBeGreaterThan(0);
    expect(findUnaccountedDependencies(house, read('docs/dependencies.md'), licenceOf)).toEqual([]);
  });
});
