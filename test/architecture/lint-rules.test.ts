import { execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { banned, clean } from './lint-rules.table.js';

const ROOT = resolve(import.meta.dirname, '../..');
const CONFIGURATION = ['.oxlintrc.json', 'tsconfig.json', 'scripts/tsconfig.json'];
const FOLDERS = ['src', 'test', 'scripts', 'vitest.config.ts'];

/** Files whose fault is their length are written here rather than kept. */
function writeLongFiles(house: string): void {
  const steps = (count: number): string =>
    Array.from({ length: count }, (_, step) => `  steps.push(${step});\n`).join('');
  const items = (count: number): string => Array.from({ length: count }, (_, item) => `  ${item},\n`).join('');
  const longFunction = `export function climb(): number[] {\n  const steps: number[] = [];\n${steps(37)}  return steps;\n}\n`;
  writeFileSync(join(house, 'src/features/good/function-of-40-lines.ts'), longFunction.replace(steps(37), steps(36)));
  writeFileSync(join(house, 'src/features/bad/long-function.ts'), longFunction);
  writeFileSync(join(house, 'src/features/good/file-of-300-lines.ts'), `export const items = [\n${items(298)}];\n`);
  writeFileSync(join(house, 'src/features/bad/long-file.ts'), `export const items = [\n${items(299)}];\n`);
  writeFileSync(join(house, 'src/main.ts'), `export const items = [\n${items(19)}];\n`);
}

interface Diagnostic {
  code: string;
  filename: string;
}

function runOxlint(house: string): { diagnostics: Diagnostic[]; number_of_files: number } {
  const oxlint = join(ROOT, 'node_modules/oxlint/bin/oxlint');
  try {
    execFileSync(process.execPath, [oxlint, '--format', 'json', ...FOLDERS], { cwd: house, stdio: 'pipe' });
  } catch (error) {
    return JSON.parse(String((error as { stdout: Buffer }).stdout));
  }
  throw new Error('oxlint found nothing in a house full of faults');
}

describe('A7.1 the lint rules', () => {
  /** A house of its own, because the globs of the configuration start at the folder it stands in. */
  const house = realpathSync(mkdtempSync(join(tmpdir(), 'rampart-lint-')));
  const reported = new Map<string, Set<string>>();
  let linted: number;

  beforeAll(() => {
    cpSync(join(import.meta.dirname, 'fixtures/lint'), house, { recursive: true });
    for (const file of CONFIGURATION) cpSync(join(ROOT, file), join(house, file));
    symlinkSync(join(ROOT, 'node_modules'), join(house, 'node_modules'));
    writeLongFiles(house);
    const { diagnostics, number_of_files } = runOxlint(house);
    for (const { filename, code } of diagnostics)
      reported.set(filename, (reported.get(filename) ?? new Set()).add(code));
    linted = number_of_files;
  });

  afterAll(() => rmSync(house, { recursive: true }));

  const rows = banned.flatMap(({ title, rules, files }) => files.map((file) => ({ title, rules, file })));

  it.each(rows)('$title: $file', ({ rules, file }) => {
    expect(reported.get(file)).toEqual(new Set(rules));
  });

  it.each(clean)('good code stays free of findings: %s', (file) => {
    expect(reported.get(file)).toBeUndefined();
  });

  it('every fixture was linted, and every finding was expected', () => {
    const fixtures = globSync(['src/**/*.ts', 'test/**/*.ts', 'scripts/**/*.ts', 'vitest.config.ts'], { cwd: house });
    const lengths = ['src/features/good/file-of-300-lines.ts', 'src/features/good/function-of-40-lines.ts'];
    expect(fixtures.toSorted()).toEqual([...rows.map(({ file }) => file), ...clean, ...lengths].toSorted());
    expect(linted).toBe(fixtures.length);
    expect([...reported.keys()].toSorted()).toEqual(rows.map(({ file }) => file).toSorted());
  });
});
