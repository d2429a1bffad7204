import { become, endOnSignals } from './bootstrap/child.mjs';
import { runScript } from './bootstrap/failure.mjs';
import { ensureInstalled } from './bootstrap/install.mjs';
import { findNode24 } from './bootstrap/node24.mjs';

const usage = `npm run verify

Everything that must hold, from a fresh clone on: format, lint, types, walls, unused code, migrations, generated files and
all tests, on an embedded PostgreSQL. A failing check does not keep the others from running. Ends with one line:
N passed, N failed. Each check counts as one, and each test.

This file and scripts/bootstrap/ run on the Node of the host, before anything is installed: plain JavaScript, no packages.`;

async function main() {
  if (process.argv.includes('--help')) return console.log(usage);
  const toDefault = endOnSignals();
  await ensureInstalled();
  toDefault();
  await become(findNode24(), ['scripts/verify/run.ts']);
}

await runScript(main);
