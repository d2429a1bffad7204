import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { applyDiff, stepsOf } from '../../scripts/recipes/steps.ts';

describe('A14.4 a recipe', () => {
  it.each(['add-a-permission', 'add-an-encrypted-column', 'add-a-resource', 'remove-the-example'])(
    'can be followed by npm run recipes: %s',
    (name) => {
      expect(stepsOf(readFileSync(`docs/recipes/${name}.md`, 'utf8')).length).toBeGreaterThan(1);
    },
  );

  const changes = globSync('docs/recipes/*.md').flatMap((file) =>
    stepsOf(readFileSync(file, 'utf8')).flatMap((step) => (step.kind === 'diff' ? [{ file, ...step }] : [])),
  );

  it.each(changes)('fits the code: $file, $path', ({ path, text }) => {
    expect(applyDiff(readFileSync(path, 'utf8'), text)).not.toBe(readFileSync(path, 'utf8'));
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
