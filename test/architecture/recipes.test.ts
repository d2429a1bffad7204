import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { applyDiff, stepsOf } from '../../scripts/recipes/steps.ts';

const recipes = globSync('docs/recipes/*.md').toSorted();
const textOf = (file: string) => readFileSync(file, 'utf8');

/** The tests that do what the document says, as its last line names them: they say in turn which document they follow. */
function executedBy(file: string): string[] {
  const line = /^Executed by (.*)\.$/m.exec(textOf(file))?.[1] ?? '';
  return [...line.matchAll(/\]\(([^)]+)\)/g)].map(([, href = '']) => join(dirname(file), href));
}

function problemsOf(file: string): string[] {
  if (stepsOf(textOf(file)).length > 0) return [];
  const tests = executedBy(file);
  if (tests.length === 0) return [`${file} has no steps and names no test`];
  const isMeant = (test: string) => existsSync(test) && textOf(test).includes(basename(file));
  return tests.filter((test) => !isMeant(test)).map((test) => `${file}: ${test} does not speak of it`);
}

const IMPORT = /^import (?:type )?\{([^}]*)\} from '(\.[^']+)';$/gm;

/** Names that a file of a recipe imports from another one, of the house or of the recipe, where they do not stand. */
function missingImports(path: string, text: string, written: ReadonlyMap<string, string>): string[] {
  return [...text.matchAll(IMPORT)].flatMap(([, names = '', from = '']) => {
    const target = join(dirname(path), from.replace(/\.js$/, '.ts'));
    const source = written.get(target) ?? (existsSync(target) ? textOf(target) : '');
    const wanted = names.split(',').map((name) =>
      name
        .trim()
        .replace(/^type /, '')
        .replace(/ as .*/, ''),
    );
    const isThere = (name: string) => new RegExp(`^export .*\\b${name}\\b|^ {2}(?:type )?${name},$`, 'm').test(source);
    return wanted.filter((name) => name !== '' && !isThere(name)).map((name) => `${name} of ${from}`);
  });
}

describe('A14.4 a recipe', () => {
  // example: begin
  it.each(recipes)('is executed, step by step or by tests that name it: %s', (file) => {
    expect(problemsOf(file)).toEqual([]);
  });

  const changes = recipes.flatMap((file) =>
    stepsOf(textOf(file)).flatMap((step) => (step.kind === 'diff' ? [{ file, ...step }] : [])),
  );

  it.each(changes)('fits the code: $file, $path', ({ path, text }) => {
    expect(applyDiff(textOf(path), text)).not.toBe(textOf(path));
  });

  const files = recipes.flatMap((file) => {
    const steps = stepsOf(textOf(file)).flatMap((step) => (step.kind === 'file' ? [step] : []));
    return steps.filter(({ path }) => path.endsWith('.ts')).map((step) => ({ file, ...step, beside: steps }));
  });

  it.each(files)('takes what there is to take: $file, $path', ({ path, text, beside }) => {
    expect(missingImports(path, text, new Map(beside.map((step) => [step.path, step.text])))).toEqual([]);
  });
  // example: end

  it('that takes what is not there is found', () => {
    const text =
      "import { it } from 'vitest';\nimport { Clock, type Watch } from '../platform/time/index.js';\nimport { a } from './b.js';";
    expect(missingImports('src/x/c.ts', text, new Map())).toEqual([
      'Watch of ../platform/time/index.js',
      'a of ./b.js',
    ]);
    expect(missingImports('src/x/c.ts', text, new Map([['src/x/b.ts', 'export const a = 1;']]))).toEqual([
      'Watch of ../platform/time/index.js',
    ]);
  });

  it('that nobody executes is found', () => {
    expect(problemsOf('docs/threat-model.md')).toEqual(['docs/threat-model.md has no steps and names no test']);
  });

  it('can be followed, and is: these have steps', () => {
    const followed = recipes.filter((file) => stepsOf(textOf(file)).length > 1).map((file) => basename(file, '.md'));
    expect(followed).toEqual(['add-a-permission', 'add-a-resource', 'add-an-encrypted-column', 'remove-the-example']);
  });
});

describe('the steps of a document', () => {
  it('are the blocks that say what to do, in order', () => {
    const document =
      '```sh run\na\nb\n```\n\n```sh\nno\n```\n\n```ts file=x/y.ts\nc\n```\n\n```diff change=z.ts\n+d\n```\n';
    expect(stepsOf(document)).toEqual([
      { kind: 'run', text: 'a\nb\n' },
      { kind: 'file', path: 'x/y.ts', text: 'c\n' },
      { kind: 'diff', path: 'z.ts', text: '+d\n' },
    ]);
  });

  it('change what stands there once', () => {
    expect(applyDiff('a\nb\nc\n', ' a\n-b\n+B\n c\n')).toBe('a\nB\nc\n');
    expect(() => applyDiff('a\na\n', ' a\n+b\n')).toThrow('2 times');
    expect(() => applyDiff('b\n', ' a\n+b\n')).toThrow('0 times');
  });
});
