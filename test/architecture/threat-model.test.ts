import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readMarks } from '../evidence/marks.ts';

interface Threat {
  readonly id: string;
  readonly kind: string;
  readonly requirements: readonly string[];
  readonly file: string;
}

const KINDS = ['spoofing', 'tampering', 'repudiation', 'disclosure', 'denial of service', 'elevation'];

function threatsIn(text: string): Threat[] {
  return text.split('\n').flatMap((line) => {
    if (!line.startsWith('| T-')) return [];
    const [id = '', kind = '', , requirements = '', test = ''] = line
      .split('|')
      .slice(1)
      .map((cell) => cell.trim());
    const [, link = ''] = /\]\(([^)]+)\)/.exec(test) ?? [];
    const file = link === '' ? '' : join('docs', link).replaceAll('\\', '/');
    return [{ id, kind, requirements: requirements.split(' ').filter(Boolean), file }];
  });
}

const { controls, titles } = readMarks();

/** What is wrong with a threat; nothing when it is answered. */
function problemsOf({ id, kind, requirements, file }: Threat): string[] {
  const problems: string[] = [];
  if (!KINDS.includes(kind)) problems.push(`${id}: ${kind} is no kind of STRIDE`);
  if (requirements.length === 0) problems.push(`${id} names no requirement`);
  for (const requirement of requirements) {
    if (!controls.some((mark) => mark.id === requirement)) problems.push(`${id}: nothing carries ${requirement}`);
  }
  if (file === '' || !existsSync(file)) problems.push(`${id} names no test that there is`);
  else if (!titles.some((mark) => mark.file === file && requirements.includes(mark.id)))
    problems.push(`${id}: no title in ${file} has one of ${requirements.join(', ')}`);
  return problems;
}

describe('A8.1 the threat model', () => {
  const text = readFileSync('docs/threat-model.md', 'utf8');
  const threats = threatsIn(text);

  it('has threats of every kind, each once', () => {
    expect(threats.length).toBeGreaterThan(50);
    expect(new Set(threats.map(({ kind }) => kind))).toEqual(new Set(KINDS));
    expect(new Set(threats.map(({ id }) => id)).size).toBe(threats.length);
  });

  it('answers each by a requirement that is built and a test that carries it', () => {
    expect(threats.flatMap(problemsOf)).toEqual([]);
  });

  it('has threats for every flow of its drawing', () => {
    const flows = [...text.matchAll(/-- ([A-Z])\b.*? -->/g)].map(([, letter]) => letter);
    expect(flows.length).toBeGreaterThan(6);
    expect(flows.filter((letter) => !threats.some(({ id }) => id.startsWith(`T-${letter}`)))).toEqual([]);
  });

  it.each([
    ['without a requirement', '| T-X1 | spoofing | x |  | [t](../test/e2e/sessions.test.ts) |', 'names no requirement'],
    ['without a test', '| T-X1 | spoofing | x | A1.4 | - |', 'names no test'],
    ['with a test that is gone', '| T-X1 | spoofing | x | A1.4 | [t](../test/e2e/gone.test.ts) |', 'names no test'],
    [
      'with an unknown id',
      '| T-X1 | spoofing | x | A99.1 | [t](../test/e2e/sessions.test.ts) |',
      'nothing carries A99.1',
    ],
    [
      'with a test of something else',
      '| T-X1 | spoofing | x | B10.3 | [t](../test/e2e/sessions.test.ts) |',
      'no title',
    ],
    ['of no kind', '| T-X1 | bad luck | x | A1.4 | [t](../test/e2e/sessions.test.ts) |', 'no kind of STRIDE'],
  ])('refuses one %s', (_what, line, problem) => {
    expect(threatsIn(line).flatMap(problemsOf).join('\n')).toContain(problem);
  });
});
