import { readFileSync } from 'node:fs';
import { run } from './bootstrap/child.mjs';
import { Failure, runScript } from './bootstrap/failure.mjs';

const usage = `npm run routes

Prints the inventory of all routes (docs/routes.md), after it has asked the code whether it still is one. Needs no database.`;

const check = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'architecture', 'generated-docs/access'];

async function main(): Promise<void> {
  if (process.argv.includes('--help')) return console.log(usage);
  const { code, output } = await run(process.execPath, check);
  if (code !== 0) throw new Failure(`${output.trim()}\nIf the routes have changed: npm run docs:generate.`);
  console.log(readFileSync('docs/routes.md', 'utf8'));
}

await runScript(main);
