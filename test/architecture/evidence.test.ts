import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import { makeEvidence, shortTable, type Evidence } from '../evidence/evidence.ts';
import { readBaseline } from '../evidence/lists.ts';
import { controlsIn, emptyControlsIn, idsOf, readMarks, titlesIn } from '../evidence/marks.ts';
import { findPageFaults } from '../evidence/page-check.ts';
import { evidencePage } from '../evidence/page.ts';
import { judgeAsvs, judgePractices, together, type Outcome } from '../evidence/states.ts';
import { lacksTool } from '../support/tools.ts';

/** This file is full of examples, so readMarks() leaves it out. */
const TAG = '@control';
const QUOTE = "'";

const passed = (name: string, file = 'test/e2e/x.test.ts'): Outcome => ({ file, name, state: 'passed' });
const practices = [{ id: 'A1', title: 'One', standards: '', requirements: [{ id: 'A1.1', text: 'Text' }] }];
const control = { id: 'A1.1', file: 'src/a.ts' };
const stateWith = (facts: Partial<Parameters<typeof judgePractices>[1]>) =>
  judgePractices(practices, { controls: [control], outcomes: [passed('A1.1 holds')], gaps: {}, ...facts })[0]?.state;

describe('A8.2 a mark', () => {
  it.each([
    [`/** Text. ${TAG} A1.4 B3.1 */\nexport class Guard {}`, ['A1.4 Guard', 'B3.1 Guard']],
    [`/**\n * Text. ${TAG} A1.4\n */\n@Injectable()\nexport abstract class Guard {}`, ['A1.4 Guard']],
    [`  /** Text. ${TAG} A7.4 */\n  async use(id: string) {`, ['A7.4 use']],
    [`/** Text. ${TAG} PT.1 */\nconst one = 1;`, ['PT.1 one']],
    [`// Text. ${TAG} A1.4`, ['A1.4']],
  ])('is read from %j', (text, found) => {
    expect(controlsIn('a.ts', text).map(({ id, symbol }) => [id, symbol].filter(Boolean).join(' '))).toEqual(found);
  });

  it('in prose of a document is none', () => {
    expect(controlsIn('a.md', `as ${TAG} A4.1 on the symbol`)).toEqual([]);
    expect(controlsIn('a.md', `<!-- ${TAG} A4.1 -->`)).toHaveLength(1);
  });

  it('without an id is found', () => {
    expect(emptyControlsIn('a.ts', `/** ${TAG} A1 */`)).toEqual(['a.ts']);
  });

  it('in a title stands at its beginning', () => {
    expect(
      titlesIn('a.test.ts', `it(${QUOTE}A1.4 B2.1 holds'); it(${QUOTE}B2.1'); it('as A1.4 says')`).map(({ id }) => id),
    ).toEqual(['A1.4', 'B2.1', 'B2.1']);
  });

  it('of a run is wherever it stands between the titles', () => {
    expect(idsOf('A1.4 a route > B2.1 A1.4 holds, as PT.3')).toEqual(['A1.4', 'B2.1', 'PT.3']);
    expect(idsOf('version 1.4, A1, node A1.x')).toEqual([]);
  });
});

describe('A8.2 a requirement', () => {
  it.each([
    ['with a control and a passing test', {}, 'proved'],
    ['without a control', { controls: [] }, 'not yet'],
    ['without a test', { outcomes: [] }, 'not yet'],
    ['whose only test was skipped', { outcomes: [{ ...passed('A1.1 holds'), state: 'skipped' as const }] }, 'not yet'],
    [
      'with one failing test of two',
      { outcomes: [passed('A1.1 holds'), { ...passed('A1.1 too'), state: 'failed' as const }] },
      'failed',
    ],
    [
      'whose test failed, without a control',
      { controls: [], outcomes: [{ ...passed('A1.1'), state: 'failed' as const }] },
      'failed',
    ],
    ['of which something is missing', { gaps: { 'A1.1': 'a part' } }, 'partly'],
  ])('%s is %s', (_what, facts, state) => {
    expect(stateWith(facts)).toBe(state);
  });

  it('is not proved by the test of one with a longer number', () => {
    expect(stateWith({ outcomes: [passed('A1.12 holds')] })).toBe('not yet');
  });

  it('makes its row, which is as good as all of it', () => {
    expect(together(['proved', 'proved'])).toBe('proved');
    expect(together(['proved', 'not yet'])).toBe('partly');
    expect(together(['not yet', 'not yet'])).toBe('not yet');
    expect(together(['proved', 'failed', 'not yet'])).toBe('failed');
  });
});

describe('B20.4 an answer to ASVS', () => {
  const item = { id: '1.1.1', level: 1, chapter: 'V1', text: 'Text', kind: 'test' as const, place: '' };
  const file = 'test/e2e/x.test.ts';
  const answers = (by: string[]) => ({ '1.1.1': { by, why: 'so' } });

  it.each([
    ['by tests that passed', answers([`${file}#A1.1`]), 'proved'],
    ['by a file that did not run', answers([`${file}#A1.1`, 'test/e2e/y.test.ts']), 'not yet'],
    ['by words that no test has', answers([`${file}#A9.9`]), 'not yet'],
    ['by a document', { '1.1.1': { document: 'docs/x.md', why: 'so' } }, 'documented'],
    ['that leaves it to the deployer', { '1.1.1': { deployer: 'so' } }, 'deployer'],
    ['that is missing', {}, 'not yet'],
  ])('%s is %s', (_what, given, state) => {
    expect(judgeAsvs([item], given, [passed('A1.1 holds')])[0]?.state).toBe(state);
  });
});

describe('A8.2 B20.4 the evidence', () => {
  /** A run in which every title of the house has passed, and one test has failed that carries no id. */
  const outcomes: Outcome[] = [
    ...readMarks().titles.map(({ id, file }) => passed(`${id} holds`, file)),
    { file: 'src/a.spec.ts', name: 'fails', state: 'failed' },
    { file: 'src/a.spec.ts', name: 'waits', state: 'skipped' },
  ];
  const evidence = makeEvidence(outcomes, new Date('2026-01-02T03:04:05Z'));
  const html = evidencePage(evidence);
  const folder = mkdtempSync(join(tmpdir(), 'rampart-evidence-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('has a row for each practice and a figure for each test', () => {
    expect(evidence.practices).toHaveLength(36);
    expect(html.match(/<tr data-practice=/g)).toHaveLength(36);
    expect(html.match(/ data-requirement=/g)).toHaveLength(171);
    expect(html.match(/<tr data-risk=/g)).toHaveLength(10);
    expect(html.match(/<tr data-asvs=/g)).toHaveLength(301);
    expect(evidence.totals).toEqual({ passed: outcomes.length - 2, failed: 1, skipped: 1 });
    expect(html).toContain(`<strong id="passed">${outcomes.length - 2}</strong>`);
  });

  it('leads to files that there are', () => {
    const files = [...html.matchAll(/href="\.\.\/([^"#]+)/g)].map(([, path = '']) => decodeURI(path));
    const anchors = [...html.matchAll(/href="#([^"]+)/g)].map(([, id = '']) => id);
    expect(files.length).toBeGreaterThan(500);
    expect([...new Set(files)].filter((file) => !existsSync(file))).toEqual([]);
    expect([...new Set(anchors)].filter((id) => !html.includes(`id="${id}"`))).toEqual([]);
  });

  it('loads nothing from elsewhere', () => {
    expect(html).not.toMatch(/(?:src|href)="(?:https?:)?\/\/|@import|url\(/);
  });

  it('is held to the run when it is written', () => {
    expect(findPageFaults(html, outcomes)).toEqual([]);
  });

  const figure = practice(evidence, 'B6').passed;
  it.each<[string, string, (page: string) => string]>([
    ['another total', 'does not say that 1 failed', (page) => page.replace('id="failed">1<', 'id="failed">0<')],
    [
      'another figure of a row',
      `says 1${figure} of B6, for which ${figure} passed`,
      (page) => page.replace('data-practice="B6" data-tests="', '$&1'),
    ],
    ['no row', 'says nothing of B6', (page) => page.replace('data-practice="B6"', 'data-practice="B66"')],
    ['a row too many', 'has 37 rows', (page) => page.replace(/<tr data-practice="B6".*?<\/tr>/, '$&$&')],
    ['a row without code', 'leads from B6 to no code', (page) => page.replace(rowOfB6, '$1$2')],
    [
      'a file that is not there',
      'leads to ../src/roles.js',
      (page) => page.replace('../src/roles.ts', '../src/roles.js'),
    ],
    ['a place that is not there', 'leads to #asvs', (page) => page.replace(' id="asvs"', '')],
    ['somebody else', 'leads to https://', (page) => page.replace('href="#asvs"', 'href="https://example.com"')],
  ])('with %s is not what the run has shown', (_what, fault, spoil) => {
    expect(findPageFaults(spoil(html), outcomes).some((found) => found.startsWith(fault))).toBe(true);
  });

  it('is not that of another run', () => {
    expect(findPageFaults(html, outcomes.slice(1))).toHaveLength(2);
  });

  it('names what was proved and is not any more', () => {
    expect(evidence.lost).toEqual([]);
    const [first = ''] = readBaseline();
    const without = makeEvidence(
      outcomes.filter(({ name }) => !idsOf(name).includes(first)),
      new Date(),
    );
    expect(without.lost).toEqual(readBaseline().slice(0, 1));
    expect(evidencePage(without)).toContain('Proved before, and not by this run');
  });

  it('ends a run with a line for each practice', () => {
    const lines = shortTable(evidence).split('\n');
    expect(lines.filter((line) => /^ {2}(?:[AB]\d|PT)/.test(line))).toHaveLength(36);
  });

  it.skipIf(lacksTool('chromium'))('is read in a browser, by day, by night and on paper', async () => {
    const file = join(folder, 'index.html');
    writeFileSync(file, html);
    const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
    try {
      const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
      const problems: string[] = [];
      page.on('pageerror', (error) => problems.push(error.message));
      page.on('requestfailed', (request) => problems.push(request.url()));
      await page.goto(`file://${file}`);
      expect(await page.locator('tr[data-practice]').count()).toBe(36);
      expect(await figuresOf(page, evidence)).toEqual([]);
      const backgrounds = new Set<string>();
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        backgrounds.add(await page.evaluate('getComputedStyle(document.body).backgroundColor'));
        expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
      }
      expect(backgrounds.size).toBe(2);
      await page.emulateMedia({ media: 'print' });
      expect(await page.locator('nav').isVisible()).toBe(false);
      expect(problems).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});

/** Its two links to itself and to its page, then those to code. */
const rowOfB6 = /(<tr data-practice="B6".*?<td class="number">\d+<\/td>)<td>.*?(<\/td><\/tr>)/;

function practice({ practices: rows }: Evidence, id: string) {
  const found = rows.find((row) => row.id === id);
  if (found === undefined) throw new Error(`no ${id}`);
  return found;
}

/** Practices whose row in the browser shows another figure than the run had. */
async function figuresOf(
  page: { locator(selector: string): { getAttribute(name: string): Promise<string | null> } },
  { practices: rows }: Evidence,
): Promise<string[]> {
  const wrong: string[] = [];
  for (const { id, passed: figure } of rows) {
    const shown = await page.locator(`tr[data-practice="${id}"]`).getAttribute('data-tests');
    if (shown !== String(figure)) wrong.push(id);
  }
  return wrong;
}
