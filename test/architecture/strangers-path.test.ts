import { readFileSync } from 'node:fs';
import { join } from 'node:path/posix';
import { expect, it } from 'vitest';
import { readMarks } from '../evidence/marks.ts';

/** What the page links to inside of the repository, as paths from its root. */
function linksOf(file: string): string[] {
  const text = readFileSync(file, 'utf8').replace(/^```.*?^```/gms, '');
  return [...text.matchAll(/\]\(([^)\s#]+)[^)]*\)/g)]
    .map(([, href = '']) => href)
    .filter((href) => !href.includes(':'))
    .map((href) => join(file, '..', href));
}

/** How many clicks lead from the first page to the target; Infinity when there is no way. */
function clicksTo(target: (file: string) => boolean): number {
  let pages = new Set(['README.md']);
  const seen = new Set(pages);
  for (let clicks = 1; pages.size > 0; clicks += 1) {
    const next = new Set([...pages].filter((file) => file.endsWith('.md')).flatMap(linksOf));
    if ([...next].some(target)) return clicks;
    pages = new Set([...next].filter((file) => !seen.has(file)));
    for (const file of pages) seen.add(file);
  }
  return Infinity;
}

it('the count of clicks tells a link from two, and from none', () => {
  expect(clicksTo((file) => file === 'src/roles.ts')).toBe(1);
  expect(clicksTo((file) => file.endsWith('password-hasher.ts'))).toBeGreaterThan(1);
  expect(clicksTo((file) => file === 'src/main.ts.not-there')).toBe(Infinity);
});

it('A14.4 the first page begins a session: sign in, call a protected route', () => {
  const text = readFileSync('README.md', 'utf8');
  expect(text).toMatch(/npm run up[\s\S]*npm run -s token[\s\S]*curl .*\/v1\/me -H "Authorization: Bearer/);
});

it.each([
  ['rate limiting', (file: string) => file.startsWith('src/platform/throttling/')],
  // example: begin
  ['field-level access', (file: string) => file.endsWith('patients.views.ts')],
  // example: end
  ['password hashing', (file: string) => file.endsWith('password-hasher.ts')],
  ['the audit trail', (file: string) => file.startsWith('src/platform/audit/')],
  ['column encryption', (file: string) => file.endsWith('column-encryption.ts')],
  ['token checks', (file: string) => file.endsWith('access-token.ts')],
])('A14.4 from the first page to the code of %s it takes at most two clicks', (_what, target) => {
  expect(clicksTo(target)).toBeLessThanOrEqual(2);
});

it('A14.4 from the first page to whatever enforces a requirement it takes at most two clicks', () => {
  const files = new Set(readMarks().controls.map(({ file }) => file));
  const pages = linksOf('README.md');
  const near = new Set([...pages, ...pages.filter((file) => file.endsWith('.md')).flatMap(linksOf)]);
  expect(files.size).toBeGreaterThan(200);
  expect([...files].filter((file) => !near.has(file))).toEqual([]);
});
