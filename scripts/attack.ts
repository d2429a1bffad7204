import { become, run } from './bootstrap/child.mjs';
import { Failure, runScript } from './bootstrap/failure.mjs';

const usage = `npm run attack [-- words]

Starts the application on loopback and attacks it: everything in test/attacks, with sqlmap, ffuf, hydra and slowhttptest, each bounded in
time and requests. Fails where one of them is not installed (scripts/install-test-tools.sh).
Writes evidence/attack.json: what was tried, and whether it was held off.
  npm run attack -- probes slow-clients    the tools alone`;

const reporters = ['default', 'json', './test/support/closing-line.reporter.ts'].map((name) => `--reporter=${name}`);

/** @control A15.1 */
async function main(): Promise<void> {
  const args = process.argv.slice(2);
  if (args.includes('--help')) return console.log(usage);
  const { code, output } = await run(process.execPath, ['scripts/prisma-generate.ts']);
  if (code !== 0) throw new Failure(output.trim());
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'attacks', ...reporters];
  await become(process.execPath, [...vitest, '--outputFile.json=evidence/attack.json', ...args], {
    ...process.env,
    // A tool that is missing is a failure here (test/support/tools.ts).
    CI: 'true',
  });
}

await runScript(main);
