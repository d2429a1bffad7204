import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { z } from 'zod';
import { endOnSignals, run } from './bootstrap/child.mjs';
import { Failure, runScript } from './bootstrap/failure.mjs';
import { countMatches, takeOut } from './controls-off/edit.ts';
import { changeFile, copyHouse } from './controls-off/house.ts';
import type { Switch } from './controls-off/switch.ts';
import { switches } from './controls-off/switches.ts';

const usage = `npm run controls:off [-- words]

Takes the controls out, one at a time, in a copy of the working tree under .data/controls-off, and runs the tests that have to notice.
First the same tests with every control in place: one that does not pass then does not count. Fails when the removal of a control goes unnoticed, or when
an edit no longer fits the code. Writes evidence/controls-off.json, and after a run over all of them docs/controls-off.md.
With words: only controls whose name contains them. Takes about ten minutes for all. The table is in scripts/controls-off/.`;

const report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      message: z.string(),
      assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })),
    }),
  ),
});

interface Noticed {
  readonly control: string;
  readonly ids: string;
  readonly file: string;
  readonly failed: readonly string[];
}

/** @control A8.2 */
async function main(): Promise<void> {
  if (process.argv.includes('--help')) return console.log(usage);
  endOnSignals();
  const words = process.argv.slice(2).join(' ');
  const chosen = switches.filter(({ control }) => control.includes(words));
  if (chosen.length === 0) throw new Failure(`No control has "${words}" in its name.`);
  refuseStale(chosen);
  const copy = '.data/controls-off';
  copyHouse(copy);
  const before = await passing(copy, [...new Set(chosen.flatMap(({ tests }) => tests))]);
  console.log(`${before.size} tests pass with all controls in place`);
  const results: Noticed[] = [];
  for (const one of chosen) results.push(await switchOff(copy, one, before));
  mkdirSync('evidence', { recursive: true });
  writeFileSync('evidence/controls-off.json', `${JSON.stringify(results, null, 2)}\n`);
  if (words === '') await writePage(results);
  const unnoticed = results.filter(({ failed }) => failed.length === 0);
  console.log(`${results.length - unnoticed.length} of ${results.length} removals were noticed`);
  if (unnoticed.length > 0) throw new Failure(`Not noticed: ${unnoticed.map(({ control }) => control).join('; ')}`);
}

function refuseStale(chosen: readonly Switch[]): void {
  const stale = chosen.filter((one) => countMatches(readFileSync(one.file, 'utf8'), one) !== 1);
  if (stale.length === 0) return;
  const names = stale.map(({ control, file }) => `  ${control} (${file})`);
  throw new Failure(`These edits no longer fit the code, see scripts/controls-off/:\n${names.join('\n')}`);
}

async function switchOff(
  copy: string,
  { control, ids, file, tests, ...edit }: Switch,
  before: ReadonlySet<string>,
): Promise<Noticed> {
  const putBack = changeFile(copy, file, (text) => takeOut(text, edit));
  try {
    const now = await passing(copy, tests);
    const failed = [...before].filter((test) => tests.some((path) => test.startsWith(path)) && !now.has(test));
    console.log(`${failed.length === 0 ? 'NOT NOTICED' : `${String(failed.length).padStart(4)} fail`}  ${control}`);
    return { control, ids, file, failed };
  } finally {
    putBack();
  }
}

/**
 * File and name of the tests that pass. One that does not because the preparation of its file fails has noticed as well; a
 * file that cannot even be read was broken by the edit, which proves nothing.
 */
async function passing(copy: string, tests: readonly string[]): Promise<ReadonlySet<string>> {
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

async function writePage(results: readonly Noticed[]): Promise<void> {
  const rows = results.map(
    ({ control, ids, file, failed }) =>
      `| ${control} | ${ids} | [${file.split('/').at(-1) ?? file}](../${file}) | ${failed.length} | ${(failed[0] ?? '**not noticed**').replaceAll('|', '\\|').replaceAll('<', '&lt;').slice(0, 160)} |`,
  );
  const text = [
    '# What happens without a control',
    'Written by `npm run controls:off`, which takes out one control at a time in a copy of the working tree and runs the tests that have to notice. The last column names the first test that failed. The edits are in [scripts/controls-off](../scripts/controls-off/).',
    [
      '| control | ids | taken out of | tests that failed | the first |',
      '| --- | --- | --- | --- | --- |',
      ...rows,
    ].join('\n'),
  ].join('\n\n');
  writeFileSync('docs/controls-off.md', `${text}\n`);
  await run(process.execPath, ['node_modules/prettier/bin/prettier.cjs', '--write', 'docs/controls-off.md']);
}

await runScript(main);
