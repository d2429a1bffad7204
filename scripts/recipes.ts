import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { endOnSignals, run } from './bootstrap/child.mjs';
import { Failure, runScript } from './bootstrap/failure.mjs';
import { copyHouse } from './controls-off/house.ts';
import { applyDiff, stepsOf, type Step } from './recipes/steps.ts';

const usage = `npm run recipes [-- name]

Does what the recipes of docs/recipes say, each in a copy of the working tree of its own: writes the files, makes the changes, runs the
commands, in the order of the document. Fails when one of them does. Blocks that are done have \`run\`, \`file=path\` or \`change=path\` behind
their language; the others are for people alone.`;

/** @control A14.4 */
async function main(): Promise<void> {
  if (process.argv.includes('--help')) return console.log(usage);
  endOnSignals();
  const [name = ''] = process.argv.slice(2);
  const recipes = globSync('docs/recipes/*.md')
    .toSorted()
    .map((file) => ({ file, steps: stepsOf(readFileSync(file, 'utf8')) }))
    .filter(({ file, steps }) => steps.length > 0 && basename(file).includes(name));
  if (recipes.length === 0) throw new Failure(`No recipe with steps has "${name}" in its name.`);
  for (const { file, steps } of recipes) {
    await follow(steps, file);
    console.log(`done: ${file}, ${steps.length} steps`);
  }
}

async function follow(steps: readonly Step[], file: string): Promise<void> {
  const house = mkdtempSync(join(tmpdir(), 'rampart-recipe-'));
  try {
    copyHouse(house);
    for (const [index, step] of steps.entries()) {
      await take(step, house).catch((error: unknown) => {
        throw new Failure(`${file}, step ${index + 1}: ${error instanceof Error ? error.message : String(error)}`);
      });
    }
  } finally {
    rmSync(house, { recursive: true, force: true });
  }
}

async function take(step: Step, house: string): Promise<void> {
  if (step.kind === 'run') return runIn(house, step.text);
  const path = join(house, step.path);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, step.kind === 'file' ? step.text : applyDiff(readFileSync(path, 'utf8'), step.text));
}

async function runIn(house: string, commands: string): Promise<void> {
  const env = { ...process.env, PATH: `${resolve('node_modules/.bin')}:${process.env['PATH'] ?? ''}` };
  const { code, output } = await run('bash', ['-e', '-c', commands], { cwd: house, env });
  if (code !== 0) throw new Failure(`${commands.trim()}\nends with ${code}:\n${output.trim().slice(-4000)}`);
}

await runScript(main);
