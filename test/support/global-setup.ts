import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { type Cluster, startCluster } from '../../scripts/db/cluster.ts';
import { isAlive } from '../../scripts/db/embedded/exclusive.ts';
import type { TestDatabase } from './database.ts';

const prefixOf = (pid: number | string): string => `rampart_test_${pid}_`;

/**
 * Starts a PostgreSQL of its own in .data/test, apart from the one of `npm run up`, with a migrated template database. Vitest
 * calls this once per project, one after the other; the later ones join what the first has started. Returns the tear-down.
 */
export async function setup({ provide }: TestProject): Promise<() => void> {
  const cluster = await startCluster({ dir: '.data/test', durable: false });
  const template = `rampart_template_${hashOfMigrations()}`;
  await asSuperuser(cluster, async (client) => {
    await dropLeftovers(client, template);
    await ensureTemplate(cluster, client, template);
  });
  const database: TestDatabase = {
    superuserUrl: cluster.superuserUrl(template),
    ownerUrl: cluster.ownerUrl(template),
    serverUrl: cluster.serverUrl(template),
    template,
    prefix: prefixOf(process.pid),
  };
  provide('testDatabase', database);
  return () => cluster.stop();
}

async function asSuperuser(cluster: Cluster, action: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: cluster.superuserUrl('postgres') });
  await client.connect();
  try {
    await action(client);
  } finally {
    await client.end();
  }
}

function hashOfMigrations(): string {
  const hash = createHash('sha256');
  for (const file of globSync('prisma/migrations/*/migration.sql').toSorted())
    hash.update(file).update(readFileSync(file));
  return hash.digest('hex').slice(0, 12);
}

/** Databases of runs that have ended, and templates of other migrations unless a run still clones them. */
async function dropLeftovers(client: pg.Client, template: string): Promise<void> {
  const { rows } = await client.query<{ datname: string }>(
    `SELECT datname FROM pg_database WHERE datname LIKE 'rampart\\_te%'`,
  );
  const names = rows.map(({ datname }) => datname);
  const pidOf = (name: string): number => Number(name.split('_')[2]);
  const isRunning = (name: string): boolean =>
    name.startsWith('rampart_test_') && pidOf(name) !== process.pid && isAlive(pidOf(name));
  const othersRun = names.some(isRunning);
  for (const name of names) {
    const isOld = name.startsWith('rampart_test_')
      ? !isRunning(name) && !name.startsWith(prefixOf(process.pid))
      : name !== template && !othersRun;
    if (isOld) await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  }
}

/** The lock makes the first of several runs build the template; it gets its name once it is complete. */
async function ensureTemplate(cluster: Cluster, client: pg.Client, template: string): Promise<void> {
  await client.query(`SELECT pg_advisory_lock(hashtext('rampart template'))`);
  const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [template]);
  if (rowCount !== 0) return;
  const draft = 'rampart_template_draft';
  await client.query(`DROP DATABASE IF EXISTS ${draft} WITH (FORCE)`);
  await client.query(`CREATE DATABASE ${draft} OWNER rampart_owner`);
  await migrate(cluster.ownerUrl(draft));
  await client.query(`ALTER DATABASE ${draft} RENAME TO ${template}`);
}

/** In a process of its own: the engine's memory is not kept, and the command that ships is the one that runs. */
async function migrate(url: string): Promise<void> {
  const args = ['--disable-warning=ExperimentalWarning', 'scripts/db/migrate.ts'];
  await promisify(execFile)(process.execPath, args, { env: { ...process.env, DATABASE_MIGRATION_URL: url } });
}
