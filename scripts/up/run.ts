import { endOnSignals, run } from '../bootstrap/child.mjs';
import { Failure, runScript } from '../bootstrap/failure.mjs';
import { step } from '../bootstrap/progress.mjs';
import { listeners, readEnvFile, secretSetting } from '../bootstrap/settings.mjs';
import { startCluster } from '../db/cluster.ts';
import { embeddedFolder } from '../db/connection.ts';

/** The second half of `npm run up`, on Node 24 with the packages installed. Ends as the server itself. */
async function main(): Promise<void> {
  if (process.argv.includes('--help')) return console.log('Started by npm run up: see npm run up -- --help.');
  const toDefault = endOnSignals();
  await step('build', () => node(['scripts/build.ts']));
  const ownerUrl = await startDatabase();
  const migrate = ['--disable-warning=ExperimentalWarning', 'scripts/db/migrate.ts'];
  await step('migrate the database', () =>
    node(migrate, ownerUrl === undefined ? {} : { DATABASE_MIGRATION_URL: ownerUrl }),
  );
  console.log((await step('seed demo data', () => node(['dist/prisma/seed.js']))).trim());
  await serve();
  toDefault();
  announce();
}

/** Runs a step in a process of its own, so that the server does not keep its memory. Returns what it printed. */
async function node(args: string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const { code, output } = await run(process.execPath, args, { env: { ...process.env, ...env } });
  if (code !== 0) throw new Failure(output.trim());
  return output;
}

/** The owner's address of the embedded database, or undefined when the user has one: then the settings say which. */
async function startDatabase(): Promise<string | undefined> {
  if (secretSetting('DATABASE_URL') !== undefined) return undefined;
  const cluster = await step('start PostgreSQL', () => startCluster({ dir: embeddedFolder, durable: true }));
  // Nobody stops it here: it goes down with this process, when the server has closed its connections.
  return cluster.ownerUrl('rampart');
}

async function serve(): Promise<void> {
  // The server stops on SIGTERM by itself; without the wrapper nobody would ever send it one.
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel?.unref();
  const server = new URL('../../dist/src/main.js', import.meta.url);
  await import(server.href);
}

function announce(): void {
  const { host, port, managementPort } = listeners();
  const token = secretSetting('CONSOLE_TOKEN') ?? readEnvFile('.data/dev.env')['CONSOLE_TOKEN'];
  const base = `http://${host === '0.0.0.0' || host === '::' ? 'localhost' : host}:${port}`;
  console.log(`
Rampart is running at ${base}

  docs            ${base}/docs
  demo accounts   .data/demo-accounts.json
  access token    npm run -s token -- clinician "North Clinic"
  console         http://127.0.0.1:${managementPort}/console, token ${token}
  database        psql "$(npm run -s db:url)"

Ctrl-C stops it.
`);
}

await runScript(main);
