import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { readMarks } from '../../test/evidence/marks.ts';

/** An object in a list of scripts/controls-off/, as Prettier leaves it. */
const ENTRY = /^ {2}\{\n(?: {4}.*\n)+? {2}\},\n/gm;
const TESTS = /'((?:src|test)\/[^']+\.(?:test|spec)\.ts)',?\s*/g;
const CONSTANT = /^const (\w+) = '([^']*)';\n/gm;

/**
 * Takes what is gone out of the tables of controls: a control of the example with its row; of the others the tests. A row that
 * is left without a test stays, for the control is still there: it is for a test of yours.
 */
export function forgetControls(): void {
  for (const file of globSync('scripts/controls-off/*.ts')) {
    const before = readFileSync(file, 'utf8');
    const paths = new Map([...before.matchAll(CONSTANT)].map(([, name = '', path = '']) => [name, path]));
    const after = before
      .replaceAll(ENTRY, (entry) => {
        const [, path, name = ''] = /^ {4}file: (?:'([^']*)'|(\w+)),$/m.exec(entry) ?? [];
        return existsSync(path ?? paths.get(name) ?? '') ? entry : '';
      })
      .replaceAll(TESTS, (text, test: string) => (existsSync(test) ? text : ''));
    const isUnused = (name: string): boolean => after.split(new RegExp(`\\b${name}\\b`)).length === 2;
    writeFileSync(
      file,
      after.replaceAll(CONSTANT, (line, name: string) => (isUnused(name) ? '' : line)),
    );
  }
}

const answers = z.record(z.string(), z.record(z.string(), z.unknown()));
const references = z.object({ by: z.array(z.string()) });

/** The same of what answers ASVS; what nothing answers any more is to be answered anew. */
export function forgetAnswers(): void {
  const file = 'docs/practices/asvs-answers.json';
  const after = Object.entries(answers.parse(JSON.parse(readFileSync(file, 'utf8')))).map(([id, answer]) => {
    const { data } = references.safeParse(answer);
    if (data === undefined) return [id, answer];
    const by = data.by.filter(isThere);
    return [id, by.length > 0 ? { ...answer, by } : { notYet: 'its test went with the example' }];
  });
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(after), undefined, 2)}\n`);
}

function isThere(reference: string): boolean {
  const [file = '', words = ''] = reference.split('#');
  return existsSync(file) && readFileSync(file, 'utf8').includes(words);
}

/** What has lost its tests, or its code, can be no part of what every run must prove. Gives the ids. */
export function forgetProofs(): string[] {
  const { controls, titles } = readMarks();
  const isBuilt = (id: string): boolean => [controls, titles].every((marks) => marks.some((mark) => mark.id === id));
  const proved = z.array(z.string()).parse(JSON.parse(readFileSync('docs/practices/proved.json', 'utf8')));
  writeFileSync('docs/practices/proved.json', JSON.stringify(proved.filter(isBuilt)));
  const gaps = z.record(z.string(), z.string()).parse(JSON.parse(readFileSync('docs/practices/gaps.json', 'utf8')));
  const kept = Object.fromEntries(Object.entries(gaps).filter(([id]) => isBuilt(id)));
  writeFileSync('docs/practices/gaps.json', JSON.stringify(kept, undefined, 2));
  return proved.filter((id) => !isBuilt(id));
}
