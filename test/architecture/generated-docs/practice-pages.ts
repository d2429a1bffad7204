import { existsSync, readFileSync } from 'node:fs';
import type { Practice } from '../../evidence/lists.ts';
import type { Mark } from '../../evidence/marks.ts';
import { page, table } from './markdown.ts';

export interface Marks {
  readonly controls: readonly Mark[];
  readonly titles: readonly Mark[];
  readonly gaps: Readonly<Record<string, string>>;
}

const BEGIN = '<!-- generated from the code by npm run docs:generate: begin -->';
const END = '<!-- generated: end -->';
const HEADINGS = ['What it is for', 'To change it', 'Left to the deployer'] as const;

const CONTROLS_HEAD = `# Controls

Every requirement of the 35 practices and the pro tip, with the symbols that carry it as \`@control\` and the test files whose titles
carry it. Generated: \`npm run docs:generate\`. Whether those tests pass is said by the run itself, in \`evidence/index.html\`.

- built: it has a control and a test. partly: it has, and the last column says what is still missing.
- not yet: it has neither, or one without the other.`;

const INDEX_HEAD = `# Practices

The 35 API security practices that this project implements, and a pro tip. Each has a page: what it is for, where it lives, which
tests prove it, how to change it, what is left to whoever deploys it. The ids are explained in [README.md](README.md#ids-such-as-a41).

The state here is read from the code: a requirement is built when a symbol carries it as a control and a test carries it in its
title. That the tests pass, and how many there are, is in \`evidence/index.html\` after \`npm test\`. All requirements in one table:
[controls.md](controls.md). How it works: [ADR 41](adr/0041-evidence.md).`;

type DocState = 'built' | 'partly' | 'not yet';

function stateOf(id: string, { controls, titles, gaps }: Marks): DocState {
  const has = (marks: readonly Mark[]): boolean => marks.some((mark) => mark.id === id);
  if (!has(controls) || !has(titles)) return 'not yet';
  return gaps[id] === undefined ? 'built' : 'partly';
}

/** The text of docs/controls.md. */
export function describeControls(practices: readonly Practice[], marks: Marks): Promise<string> {
  const sections = practices.flatMap(({ id, title, requirements }) => [
    `## [${id}](practices/${id}.md) ${title}`,
    table(
      ['id', 'state', 'controls', 'tests', 'missing'],
      requirements.map((requirement) => [
        requirement.id,
        stateOf(requirement.id, marks),
        controlLinks(requirement.id, marks, '..'),
        testLinks(requirement.id, marks, '..'),
        cell(marks.gaps[requirement.id] ?? ''),
      ]),
    ),
  ]);
  return page([CONTROLS_HEAD, ...sections]);
}

/** The text of docs/practices.md. */
export function describeIndex(practices: readonly Practice[], marks: Marks): Promise<string> {
  const rows = practices.map(({ id, title, requirements }) => {
    const of = (state: DocState): string =>
      requirements
        .filter((requirement) => stateOf(requirement.id, marks) === state)
        .map((requirement) => requirement.id)
        .join(' ') || '-';
    return [`[${id}](practices/${id}.md)`, title, of('built'), of('partly'), of('not yet')];
  });
  return page([INDEX_HEAD, table(['', 'practice', 'built', 'partly', 'not yet'], rows)]);
}

/** The text of docs/practices/<id>.md: what people have written there, and the part between the marks anew. */
export async function describePractice(practice: Practice, marks: Marks): Promise<string> {
  const file = `docs/practices/${practice.id}.md`;
  const before = existsSync(file) ? readFileSync(file, 'utf8') : blankPage(practice);
  const [hand = ''] = before.split(BEGIN);
  const [, after = ''] = before.split(END);
  return page([hand.trim(), BEGIN, ...generatedPart(practice, marks), END, after.trim()].filter((part) => part !== ''));
}

/** Headings of the hand-written part that are missing or empty. */
export function unwrittenParts(text: string): string[] {
  return HEADINGS.filter((heading) => {
    const body = text
      .split(`## ${heading}\n`)[1]
      ?.split(/\n## |<!-- generated/)[0]
      ?.trim();
    return body === undefined || body.length < 30;
  });
}

function generatedPart({ requirements, standards }: Practice, marks: Marks): string[] {
  return [
    '## Requirements',
    table(
      ['id', 'requirement', 'state', 'code', 'tests'],
      requirements.map(({ id, text }) => [
        id,
        cell(text) + (marks.gaps[id] === undefined ? '' : ` **Missing: ${cell(marks.gaps[id])}**`),
        stateOf(id, marks),
        controlLinks(id, marks, '../..'),
        testLinks(id, marks, '../..'),
      ]),
    ),
    `Standards: ${standards}.`,
  ];
}

function controlLinks(id: string, { controls }: Marks, root: string): string {
  const own = controls.filter((mark) => mark.id === id);
  const links = own.map(({ file, symbol }) => `[${symbol ?? nameOf(file)}](${root}/${file})`);
  return [...new Set(links)].join(', ') || '-';
}

function testLinks(id: string, { titles }: Marks, root: string): string {
  const files = [...new Set(titles.filter((mark) => mark.id === id).map(({ file }) => file))];
  return (
    files.map((file) => `[${nameOf(file).replace(/\.(?:test|spec)\.ts$/, '')}](${root}/${file})`).join(', ') || '-'
  );
}

function blankPage({ id, title }: Practice): string {
  return [`# ${id} ${title}`, ...HEADINGS.map((heading) => `## ${heading}`)].join('\n\n');
}

const nameOf = (file: string): string => file.split('/').at(-1) ?? file;

/** What would end a cell or begin markup. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('*', '\\*').replaceAll('_', '\\_').replaceAll('<', '&lt;');
}
