import { existsSync, globSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, relative, resolve } from 'node:path';

/** A test that starts the server and names the example's tables, routes, permissions or client is about it, or uses it. */
const mentions =
  /\bclinic\/|docs\/client\/|\/v[12]\/(?:patients|records)|patients:|records:|somePatient|'(?:Patient|MedicalRecord|BreakGlass|CareAssignment)'|\.(?:patient|medicalRecord|breakGlass|careAssignment)\b/;
/** Where none is started a path is a text; an import, or the table of the roles, is not. */
const needs = /from '[^']*(?:\bclinic\/|\/roles\.js')|\bopenScopes\b/;
/** In a comment it is an instance. */
const comments = /^\s*(?:\/\/|\/?\*).*$/gm;

const files = ['test/{e2e,attacks,integration,architecture,support}/**/*.ts', 'src/**/*.spec.ts'];

/** Those that are about the example or use it, then those that need a file which is gone. */
export function removeTests(): string[] {
  const found = globSync(files, { exclude: ['test/architecture/fixtures/**'] });
  const texts = new Map(found.map((file) => [file, readFileSync(file, 'utf8').replaceAll(comments, '')]));
  const removed: string[] = [];
  const remove = (isMeant: (file: string, text: string) => boolean): number => {
    const meant = [...texts].filter(([file, text]) => isMeant(file, text)).map(([file]) => file);
    for (const file of meant) {
      rmSync(file);
      texts.delete(file);
    }
    return removed.push(...meant) && meant.length;
  };
  remove((file, text) => mentions.test(text) && (!startsNothing(file) || needs.test(text)));
  while (remove(needsMissing) > 0);
  while (remove((file) => !/\.(?:test|spec)\.ts$/.test(file) && !isNeeded(file, texts)) > 0);
  return removed.toSorted();
}

/** By another file of tests, or by the settings of the runner. */
function isNeeded(file: string, texts: ReadonlyMap<string, string>): boolean {
  const name = basename(file).replace(/\.ts$/, '');
  const mention = new RegExp(`/${name.replaceAll('.', '\\.')}\\.[jt]s'`);
  const settings = globSync('{vitest.*,stryker.*,scripts/**/*.ts}').map((path) => readFileSync(path, 'utf8'));
  return (
    [...texts].some(([other, text]) => other !== file && mention.test(text)) ||
    settings.some((text) => mention.test(text))
  );
}

function startsNothing(file: string): boolean {
  return /^(?:src|test\/architecture)\//.test(file);
}

function needsMissing(file: string, text: string): boolean {
  return [...text.matchAll(/^(?:import|export|\}).* from '(\.[^']+)'/gm)].some(([, from = '']) => {
    const path = relative('.', resolve(dirname(file), from));
    return !existsSync(path) && !existsSync(path.replace(/\.js$/, '.ts'));
  });
}
