import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { endOnSignals, run } from './bootstrap/child.mjs';
import { Failure, runScript } from './bootstrap/failure.mjs';
import { countMatches, takeOut } from './controls-off/edit.ts';
import { changeFile, copyHouse } from './controls-off/house.ts';
import { ResultsPage } from './controls-off/results-page.ts';
import type { Switch } from './controls-off/switch.ts';
import { switches } from './controls-off/switches.ts';

const usage = `npm run controls:off [-- words] [--only NAME]... [--continue]

Takes the controls out, one at a time, in a copy of the working tree under .data/controls-off, and runs the tests that have to notice.
First the same tests with every control in place: one that does not pass then does not count. Fails when the removal of a control goes unnoticed, or when
an edit no longer fits the code. Writes each result at once into docs/controls-off.md, which knows every control; those that have not been
taken out yet stand there as "not run yet". A page that does not know a control, or an old one, fails the architecture tests.
  words        only controls whose name contains them
  --only NAME  only the one of that name; may stand several times
  --continue   only those that have not been taken out yet: after a run that was broken off
  --page       takes out nothing, writes the page anew: after a change of scripts/controls-off/, where the table is`;

const report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      message: z.string(),
      assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })),
    }),
  ),
});

/** @control A8.2 */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      continue: { type: 'boolean', default: false },
      page: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(usage);
  endOnSignals();
  const page = new ResultsPage(switches);
  if (values.page) return page.write();
  const chosen = switches
    .filter(({ control }) => control.includes(positionals.join(' ')))
    .filter(({ control }) => values.only.length === 0 || values.only.includes(control))
    .filter((one) => !values.continue || !page.knows(one));
  if (chosen.length === 0) throw new Failure('No control of that name is to be taken out.');
  refuseStale(chosen);
  await takeOutAll(chosen, page);
}

async function takeOutAll(chosen: readonly Switch[], page: ResultsPage): Promise<void> {
  const copy = '.data/controls-off';
  copyHouse(copy);
  const before = await passing(copy, [...new Set(chosen.flatMap(({ tests }) => tests))]);
  console.log(`${before.size} tests pass with all controls in place`);
  const unnoticed: string[] = [];
  for (const one of chosen) {
    // One that breaks off says nothing of the others.
    const failed = await switchOff(copy, one, before).catch((error: unknown) => {
      console.log(`BROKEN  ${one.control}: ${error instanceof Error ? error.message : String(error)}`);
      return [];
    });
    if (failed.length === 0) unnoticed.push(one.control);
    page.note(one, failed);
    await page.write();
  }
  console.log(`${chosen.length - unnoticed.length} of ${chosen.length} removals were noticed`);
  if (unnoticed.length > 0) throw new Failure(`Not noticed: ${unnoticed.join('; ')}`);
}

function refuseStale(chosen: readonly Switch[]): void {
  const stale = chosen.filter((one) => countMatches(readFileSync(one.file, 'utf8'), one) !== 1);
  if (stale.length === 0) return;
  const names = stale.map(({ control, file }) => `  ${control} (${file})`);
  throw new Failure(`These edits no longer fit the code, see scripts/controls-off/:\n${names.join('\n')}`);
}

async function switchOff(
  copy: string,
  { control, file, tests, search, replace }: Switch,
  before: ReadonlySet<string>,
): Promise<readonly string[]> {
  const putBack = changeFile(copy, file, (text) =>
    takeOut(text, { search, ...(replace === undefined ? {} : { replace }) }),
  );
  try {
    const now = await passing(copy, tests);
    const failed = [...before].filter((test) => tests.some((path) => test.startsWith(path)) && !now.has(test));
    console.log(`${failed.length === 0 ? 'NOT NOTICED' : `${String(failed.length).padStart(4)} fail`}  ${control}`);
    return failed;
  } finally {
    putBack();
  }
}

/**
 * File and name of the tests that pass. One that does not because the preparation of its file fails has noticed as well; a
 * file that cannot even be read was broken by the edit, which proves nothing.
 */
async function passing(copy: string, tests: readonly string[]): Promise<ReadonlySet<string>> {
  // Vitest takes no file for all files. The tests of a control may have gone with the example.
  if (tests.length === 0) return new Set();
  const file = join(copy, 'result.json');
  rmSync(file, { force: true });
  const args = [resolve('node_modules/vitest/vitest.mjs'), 'run', '--reporter=json', '--outputFile=result.json'];
  const { output } = await run(process.execPath, [...args, ...tests], { cwd: copy });
  if (!existsSync(file)) throw new Failure(`Vitest made no report:\n${output.trim().slice(-2000)}`);
  const { testResults } = report.parse(JSON.parse(readFileSync(file, 'utf8')));
  const broken = testResults.find(({ message }) =>
    /Cannot find|SyntaxError|Transform failed|PARSE_ERROR/i.test(message),
  );
  if (broken !== undefined) throw new Failure(`${broken.name} cannot be read: ${broken.message}`);
  const names = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === 'passed')
      .map(({ fullName }) => `${relative(copy, name).replaceAll('\\', '/')}: ${fullName}`),
  );
  return new Set(names);
}

await runScript(main);
