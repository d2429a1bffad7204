import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { findUnaccountedDependencies, findUnlistedDangers, type Manifest } from './dependencies.ts';

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

const HEAD =
  '| Package | What for | Why this one | Licence | Owner | Class | Risk |\n| --- | --- | --- | --- | --- | --- | --- |';
const ROW = '| `zod` | parsing | small | MIT | platform | low | small |';

describe('A10.1 docs/dependencies.md accounts for every direct dependency', () => {
  const table = `${HEAD}\n${ROW}`;
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
    ['a dependency with two rows', manifest, `${table}\n${ROW}`, 'zod: has 2 rows'],
    [
      'a row without a dependency',
      manifest,
      `${table}\n${ROW.replace('zod', 'pino')}`,
      'pino: is no direct dependency',
    ],
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
    ['no owner', manifest, table.replace('platform', ''), 'zod: "" is no owner'],
    ['an owner who is nobody', manifest, table.replace('platform', 'somebody'), 'zod: "somebody" is no owner'],
    ['no class of risk', manifest, table.replace('| low |', '| |'), 'zod: "" is no class'],
    ['no reason', manifest, table.replace('| small | MIT', '| | MIT'), 'zod: "Why this one" is empty'],
    [
      'A10.4 a risky component that nothing keeps in bounds',
      manifest,
      table.replace('| low |', '| high |'),
      'zod: is of the class high, and nothing says what keeps it in bounds',
    ],
    [
      'a risky component that is none',
      manifest,
      `${table}\n\n| Component | Kept in bounds by |\n| --- | --- |\n| \`zod\` | a sandbox |`,
      'zod: is not of the class high',
    ],
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

describe('A10.4 docs/dependencies.md lists what is dangerous in our own code', () => {
  const list =
    '| Functionality | Where | Kept in bounds by |\n| --- | --- | --- |\n| native code | [a](../src/a.ts) | one file |';
  const native = "import { hash } from 'argon2';";

  it.each([
    ['native code elsewhere', { 'src/a.ts': native, 'src/b.ts': "await import('koffi')" }, 'src/b.ts: native code'],
    [
      'a program that is started',
      { 'src/a.ts': native, 'src/b.ts': "from 'node:child_process'" },
      'src/b.ts: programs',
    ],
    ['code that is evaluated', { 'src/a.ts': native, 'src/b.ts': 'new Function(text)' }, 'src/b.ts: code is evaluated'],
    ['a module by name', { 'src/a.ts': native, 'src/b.ts': 'await import(name)' }, 'src/b.ts: modules are loaded'],
    ['SQL by hand', { 'src/a.ts': native, 'src/b.ts': 'prisma.$queryRaw`SELECT 1`' }, 'src/b.ts: SQL by hand'],
    ['an entry that is no longer true', { 'src/a.ts': '' }, 'src/a.ts: is listed for "native code"'],
  ])('fires on %s', (_title, sources, problem) => {
    expect(findUnlistedDangers(list, new Map(Object.entries(sources)))).toEqual([expect.stringContaining(problem)]);
  });

  it('holds in the house', () => {
    const files = globSync('src/**/*.ts', { exclude: ['**/generated/**', '**/*.spec.ts'] });
    expect(files.length).toBeGreaterThan(100);
    const sources = new Map(files.map((file) => [file.replaceAll('\\', '/'), read(file)]));
    expect(findUnlistedDangers(read('docs/dependencies.md'), sources)).toEqual([]);
  });
});
