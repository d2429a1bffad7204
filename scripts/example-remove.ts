import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { run } from './bootstrap/child.mjs';
import { Failure, runScript } from './bootstrap/failure.mjs';
import { forgetLinks } from './example/documents.ts';
import { withoutExample } from './example/marks.ts';
import { forgetAnswers, forgetControls, forgetProofs } from './example/proofs.ts';
import { removeTests } from './example/tests.ts';

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
const marked = ['src/**/*.ts', 'prisma/schema/*.prisma', 'prisma/**/*.ts', 'test/{support,architecture}/**/*.ts'];

async function main(): Promise<void> {
  if (process.argv.includes('--help')) return console.log(usage);
  if (!existsSync('src/clinic')) throw new Failure('There is no example any more.');
  for (const path of belongings) rmSync(path, { recursive: true, force: true });
  for (const file of globSync(marked, {
    exclude: ['src/platform/database/generated/**', 'test/architecture/fixtures/**'],
  }))
    unmark(file);
  const removed = removeTests();
  removeCommands();
  forgetControls();
  forgetAnswers();
  forgetLinks();
  const unproved = forgetProofs();
  await run(process.execPath, ['node_modules/prettier/bin/prettier.cjs', '--write', '--log-level', 'warn', '.']);
  await run(process.execPath, ['scripts/controls-off.ts', '--page']);
  console.log(`The example is gone, and with it ${removed.length} files of tests:\n  ${removed.join('\n  ')}`);
  console.log(`Nothing proves these any more, until tests of yours do:\n  ${unproved.join(' ')}`);
}

function unmark(file: string): void {
  const before = readFileSync(file, 'utf8');
  const after = withoutExample(before);
  if (after !== before) writeFileSync(file, after);
}

/** Commands whose script is gone, and what knip is told of them. */
function removeCommands(): void {
  const cut = (file: string, lines: RegExp): void =>
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(lines, ''));
  cut('package.json', /^ {4}"bench[^"]*": .*\n/gm);
  cut('knip.json', /,\n {4}"test\/bench[^"]*"/g);
}

await runScript(main);
