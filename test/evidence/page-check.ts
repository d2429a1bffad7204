import { existsSync } from 'node:fs';
import { readRequirements } from './lists.ts';
import { idsOf } from './marks.ts';
import { count, type Outcome } from './states.ts';

/** What the page says and the run has not shown: read back as it is read, and counted anew from the tests themselves. @control A8.2 */
export function findPageFaults(page: string, outcomes: readonly Outcome[]): string[] {
  const { practices } = readRequirements();
  const rows = [...page.matchAll(/<tr data-practice="(\w+)" data-tests="(\d+)">(.*?)<\/tr>/g)];
  const totals = Object.entries(count(outcomes))
    .filter(([name, figure]) => !page.includes(`<strong id="${name}">${figure}</strong>`))
    .map(([name, figure]) => `does not say that ${figure} ${name}`);
  const wrong = practices.flatMap(({ id, requirements }) => {
    const [, , shown, row = ''] = rows.find(([, practice]) => practice === id) ?? [];
    const own = new Set(requirements.map((one) => one.id));
    const passed = outcomes.filter(({ state, name }) => state === 'passed' && idsOf(name).some((one) => own.has(one)));
    // What is not there yet has its page, and no code.
    const isLinked = passed.length === 0 || /href="\.\.\/(?!docs\/practices)/.test(row);
    if (shown !== String(passed.length))
      return [`says ${shown ?? 'nothing'} of ${id}, for which ${passed.length} passed`];
    return isLinked ? [] : [`leads from ${id} to no code`];
  });
  const surplus = rows.length > practices.length ? [`has ${rows.length} rows for ${practices.length} practices`] : [];
  return [...totals, ...wrong, ...surplus, ...deadLinks(page)];
}

/** The page lies in evidence/, and needs nothing but this repository. */
function deadLinks(page: string): string[] {
  const ids = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id = '']) => id));
  const links = new Set([...page.matchAll(/ (?:href|src)="([^"]*)"/g)].map(([, link = '']) => link));
  const leadsSomewhere = (link: string) =>
    link.startsWith('#') ? ids.has(link.slice(1)) : link.startsWith('../') && existsSync(decodeURI(link.slice(3)));
  return [...links].filter((link) => !leadsSomewhere(link)).map((link) => `leads to ${link}, which is not there`);
}
