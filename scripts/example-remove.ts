import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { run } from './bootstrap/child.mjs';
import { Failure, runScript } from './bootstrap/failure.mjs';
import { withoutExample } from './example/marks.ts';

const usage = `npm run example:remove

Takes the worked example out, for good: src/clinic, its tables, permissions and demo data, and the tests that are about it or use it.
What stays is the platform and the features, which type-check, build and start. Commit first: nothing but git brings it back.
Then: npm run generate, npm run db:new -- remove-the-example, npm run docs:generate (docs/recipes/remove-the-example.md).`;

/** The example itself, and what exists for it alone. */
const belongings = [
  'src/clinic',
  'prisma/schema/patients.prisma',
  'prisma/schema/records.prisma',
  'prisma/seed/people.ts',
  'test/bench',
];

/** Where parts of it stand between marks. */
const marked = ['src/**/*.ts', 'prisma/schema/*.prisma', 'prisma/**/*.ts', 'test/support/*.ts'];

/** A test that names the example's tables, routes or permissions is about it, or uses it. */
const mentions =
  /\bclinic\/|\/v[12]\/(?:patients|records)|patients:|records:|somePatient|'(?:Patient|MedicalRecord|BreakGlass|CareAssignment)'|\.(?:patient|medicalRecord|breakGlass|careAssignment)\b/;

async function main(): Promise<void> {
  if (process.argv.includes('--help')) return console.log(usage);
  if (!existsSync('src/clinic')) throw new Failure('There is no example any more.');
  for (const path of belongings) rmSync(path, { recursive: true, force: true });
  for (const file of globSync(marked, { exclude: ['src/platform/database/generated/**'] })) unmark(file);
  const removed = removeTests();
  removeCommands();
  const changed = ['src', 'prisma', 'test', 'package.json'];
  await run(process.execPath, ['node_modules/prettier/bin/prettier.cjs', '--write', '--log-level', 'warn', ...changed]);
  console.log(`The example is gone, and with it ${removed.length} files of tests:\n  ${removed.join('\n  ')}`);
}

function unmark(file: string): void {
  const before = readFileSync(file, 'utf8');
  const after = withoutExample(before);
  if (after !== before) writeFileSync(file, after);
}

/** Those that mention it, then those that need a file which is gone. */
function removeTests(): string[] {
  const files = globSync(['test/**/*.ts', 'src/**/*.spec.ts'], { exclude: ['test/architecture/fixtures/**'] });
  const texts = new Map(files.map((file) => [file, readFileSync(file, 'utf8')]));
  const removed: string[] = [];
  const remove = (isMeant: (file: string, text: string) => boolean): number => {
    const meant = [...texts].filter(([file, text]) => isMeant(file, text)).map(([file]) => file);
    for (const file of meant) {
      rmSync(file);
      texts.delete(file);
    }
    return removed.push(...meant) && meant.length;
  };
  remove((file, text) => mentions.test(text) && !file.endsWith('marks.test.ts'));
  while (remove((file, text) => needsMissing(file, text)) > 0);
  return removed.toSorted();
}

function needsMissing(file: string, text: string): boolean {
  return [...text.matchAll(/\bfrom '(\.[^']+)'/g)].some(([, from = '']) => {
    const path = relative('.', resolve(dirname(file), from));
    return !existsSync(path) && !existsSync(path.replace(/\.js$/, '.ts'));
  });
}

/** Commands whose script is gone. */
function removeCommands(): void {
  const before = readFileSync('package.json', 'utf8');
  writeFileSync('package.json', before.replaceAll(/^ {4}"bench[^"]*": .*\n/gm, ''));
}

await runScript(main);
