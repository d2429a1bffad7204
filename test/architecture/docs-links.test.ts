import { globSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anchorsIn, findBrokenLinks, type Target } from './docs-links.ts';

const ROOT = resolve(import.meta.dirname, '../..');
/** What .gitignore names, and the fixtures of other tests. Not asked of git: an unpacked archive has no repository. */
const IGNORED = new Set(['node_modules', 'dist', '.data', 'coverage', 'generated', 'fixtures']);

function look(path: string): Target | undefined {
  const stats = statSync(join(ROOT, path), { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  return stats.isDirectory() ? { kind: 'folder' } : { kind: 'file', text: readFileSync(join(ROOT, path), 'utf8') };
}

describe('every relative link in a Markdown file leads somewhere', () => {
  const house = new Map<string, Target>([
    ['docs', { kind: 'folder' }],
    ['docs/', { kind: 'folder' }],
    [
      'docs/guide.md',
      { kind: 'file', text: '# The guide\n\n## Two words\n\n## Two words\n\n```\n# not a heading\n```\n' },
    ],
    ['src/main.ts', { kind: 'file', text: 'one\ntwo\n' }],
  ]);
  const check = (text: string): string[] => findBrokenLinks('docs/page.md', text, (path) => house.get(path));

  it.each([
    ['[a](missing.md)', 'leads nowhere'],
    ['![a](missing.png)', 'leads nowhere'],
    ['[a](<missing page.md>)', 'leads nowhere'],
    ['[a](missing.md "title")', 'leads nowhere'],
    ['[`code`](missing.md)', 'leads nowhere'],
    ['[a]: missing.md', 'leads nowhere'],
    ['<a href="missing.md">a</a>', 'leads nowhere'],
    ['[good](guide.md) and [bad](missing.md)', 'leads nowhere'],
    ['[a](guide.md#three-words)', 'names no heading there'],
    ['[a](guide.md#two-words-2)', 'names no heading there'],
    ['[a](guide.md#not-a-heading)', 'names no heading there'],
    ['[a](../docs#guide)', 'has an anchor on a folder'],
    ['[a](../src/main.ts#L9)', 'names no line there'],
    ['[a](../src/main.ts#main)', 'names no line there'],
    ['[a](/docs/guide.md)', 'is absolute'],
    ['[a](../../elsewhere/guide.md)', 'leaves the repository'],
  ])('fires on %s', (text, problem) => {
    expect(check(text)).toEqual([expect.stringContaining(problem)]);
  });

  it.each([
    '[a](guide.md) and [b](./guide.md#the-guide)',
    '[a](guide.md#two-words) and [b](guide.md#two-words-1)',
    '[a](../src/main.ts) and [b](../src/main.ts#L2)',
    '[a](../docs/)',
    '[a](https://example.com/missing.md) and [b](mailto:a@example.com)',
    '`[a](missing.md)`',
    '```md\n[a](missing.md)\n```',
  ])('is silent on %s', (text) => {
    expect(check(text)).toEqual([]);
  });

  it('makes anchors as GitHub does', () => {
    expect([...anchorsIn('# `npm run up`: start it\n## [Roles](x.md) & rights\n')]).toEqual([
      'npm-run-up-start-it',
      'roles--rights',
    ]);
  });

  it('holds in the house', () => {
    const files = globSync(['**/*.md', '.github/**/*.md'], { cwd: ROOT, exclude: (name) => IGNORED.has(name) });
    expect(files, 'files read').toContain('docs/README.md');
    const broken = files.flatMap((file) => findBrokenLinks(file, readFileSync(join(ROOT, file), 'utf8'), look));
    expect(broken).toEqual([]);
  });
});
