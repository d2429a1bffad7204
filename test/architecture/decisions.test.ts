import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, it } from 'vitest';

/** What is wrong with the list of decisions: each page has one row, in the order of their numbers. */
function findIndexFaults(pages: readonly string[], index: string): string[] {
  const rows = [...index.matchAll(/^\| \[(\d+)\]\(adr\/([^)]+)\)/gm)].map(([, number, page]) => ({
    number: Number(number),
    page: String(page),
  }));
  const count = (page: string) => rows.filter((row) => row.page === page).length;
  const numbers = rows.map(({ number }) => number);
  return [
    ...pages.filter((page) => count(page) !== 1).map((page) => `${page} has ${count(page)} rows`),
    ...rows.filter(({ number, page }) => number !== Number(page.slice(0, 4))).map(({ page }) => `${page}: its number`),
    ...(numbers.join() === numbers.toSorted((a, b) => a - b).join() ? [] : ['the rows are not in order']),
  ];
}

it.each([
  ['0002-b.md has 0 rows', '| [1](adr/0001-a.md) | A |'],
  ['0001-a.md has 2 rows', '| [1](adr/0001-a.md) | A |\n| [1](adr/0001-a.md) | A |\n| [2](adr/0002-b.md) | B |'],
  ['0002-b.md: its number', '| [1](adr/0001-a.md) | A |\n| [3](adr/0002-b.md) | B |'],
  ['the rows are not in order', '| [2](adr/0002-b.md) | B |\n| [1](adr/0001-a.md) | A |'],
])('the check of the list of decisions fires: %s', (fault, index) => {
  expect(findIndexFaults(['0001-a.md', '0002-b.md'], index)).toEqual([fault]);
});

it('every decision has one row in docs/README.md', () => {
  const pages = globSync('docs/adr/*.md').map((path) => basename(path));
  expect(pages.length).toBeGreaterThan(30);
  expect(findIndexFaults(pages, readFileSync('docs/README.md', 'utf8'))).toEqual([]);
});
