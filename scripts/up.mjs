import { createServer } from 'node:net';
import { become, endOnSignals } from './bootstrap/child.mjs';
import { Failure, runScript } from './bootstrap/failure.mjs';
import { ensureInstalled } from './bootstrap/install.mjs';
import { findNode24 } from './bootstrap/node24.mjs';
import { listeners, setting } from './bootstrap/settings.mjs';

const usage = `npm run up

From a fresh clone to a running API with demo data: installs, generates, builds, starts the embedded PostgreSQL in .data/
(or uses DATABASE_URL), migrates, seeds, and listens on HOST:PORT. Again, it keeps the data and takes seconds. Ctrl-C stops
the server and then the database.

This file and scripts/bootstrap/ run on the Node of the host, before anything is installed: plain JavaScript, no packages.`;

/** As in `npm start`: without them V8 lets garbage pile up to several times what the server needs (docs/adr/0016). */
const heapLimits = ['--max-old-space-size=512', '--max-semi-space-size=8'];

async function main() {
  if (process.argv.includes('--help')) return console.log(usage);
  if (setting('NODE_ENV') === 'production') {
    throw new Failure(
      'npm run up is for development and makes demo accounts: in production run npm ci, npm run build, npm run db:migrate and npm start.',
    );
  }
  const toDefault = endOnSignals();
  await requireFreePorts();
  await ensureInstalled();
  toDefault();
  await become(findNode24(), [...heapLimits, 'scripts/up/run.ts']);
}

async function requireFreePorts() {
  const { host, port, managementPort } = listeners();
  if (!(await isFree(host, port)))
    throw new Failure(`Port ${port} is taken: stop what uses it, or choose another one with PORT=3001 npm run up.`);
  if (await isFree('127.0.0.1', managementPort)) return;
  throw new Failure(
    `Port ${managementPort} is taken: stop what uses it, or choose another one with MANAGEMENT_PORT=9091 npm run up.`,
  );
}

/** @param {string} host @param {number} port @returns {Promise<boolean>} */
function isFree(host, port) {
  // What is no port at all is for the server's configuration to report, together with everything else that is wrong.
  if (!Number.isInteger(port) || port < 0 || port > 65_535) return Promise.resolve(true);
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (/** @type {NodeJS.ErrnoException} */ error) => resolve(error.code !== 'EADDRINUSE'));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

await runScript(main);
