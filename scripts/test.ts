import { become, run } from './bootstrap/child.mjs';
import { Failure, runScript } from './bootstrap/failure.mjs';

const usage = `npm test [-- <vitest arguments>]

Runs the tests on an embedded PostgreSQL of their own in .data/test/, which is kept to make the next run faster. Ends with
one line: N passed, N failed.
  npm test -- --project unit         one kind only: unit, architecture, integration, e2e or attacks
  npm test -- test/e2e/login         files whose path contains this`;

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  if (args.includes('--help')) return console.log(usage);
  const { code, output } = await run(process.execPath, ['scripts/prisma-generate.ts']);
  if (code !== 0) throw new Failure(output.trim());
  await become(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...args]);
}

await runScript(main);
