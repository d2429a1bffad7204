import { execFileSync } from 'node:child_process';
import { run } from '../bootstrap/child.mjs';
import { Failure, runScript } from '../bootstrap/failure.mjs';

const usage = `npm run secrets [-- FILE...]

Looks for secrets in every file that git has, or in those that are named: the patterns of secretlint and the forms of our own keys
(.secretlintrc.json). What is found is not shown, only where.`;

const LINTER = ['node_modules/secretlint/bin/secretlint.js', '--no-color', '--no-glob'];
/** Windows takes 32,767 characters of arguments. */
const MOST_CHARACTERS = 20_000;
/** Digests that only look like secrets, and what is no text. */
const SKIPPED = /(?:^|\/)package-lock\.json$|\.(?:png|wasm)$/;

/** @control A8.3 A5.3 */
async function main(): Promise<void> {
  const given = process.argv.slice(2);
  if (given.includes('--help')) return console.log(usage);
  const files = given.length > 0 ? given : trackedFiles();
  if (files.length === 0) throw new Failure('git knows no files here: nothing was looked at.');
  const found: string[] = [];
  for (const some of inPortions(files)) {
    const { code, output } = await run(process.execPath, [...LINTER, ...some]);
    if (code !== 0) found.push(output.trim());
  }
  if (found.length > 0) throw new Failure(found.join('\n\n'));
  console.log(`no secrets in ${files.length} files`);
}

function trackedFiles(): string[] {
  const names = execFileSync('git', ['ls-files', '-z'], { encoding: 'utf8' }).split('\0');
  return names.filter((name) => name !== '' && !SKIPPED.test(name));
}

function inPortions(files: readonly string[]): string[][] {
  const portions: string[][] = [[]];
  let size = 0;
  for (const file of files) {
    size += file.length + 3;
    if (size > MOST_CHARACTERS) {
      portions.push([]);
      size = file.length + 3;
    }
    portions.at(-1)?.push(file);
  }
  return portions;
}

await runScript(main);
