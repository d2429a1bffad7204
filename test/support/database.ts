import pg from 'pg';
import { inject } from 'vitest';

/** How the workers reach the test cluster: handed over by global-setup.ts. */
export interface TestDatabase {
  /** Addresses of the template database, which each worker clones, by role. */
  superuserUrl: string;
  ownerUrl: string;
  serverUrl: string;
  template: string;
  /** What the names of this run's databases start with. */
  prefix: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    testDatabase: TestDatabase;
  }
}

export interface DatabaseUrls {
  /** As the server: rampart_server, who owns nothing. */
  serverUrl: string;
  /** As rampart_owner, who owns the tables. */
  ownerUrl: string;
}

let ofThisWorker: Promise<DatabaseUrls> | undefined;

/**
 * The database of this worker, cloned from the migrated template once and shared by all of its test files. Nobody cleans
 * it: a test makes its own organizations and asks only for those.
 */
export function workerDatabase(): Promise<DatabaseUrls> {
  ofThisWorker ??= cloneTemplate('');
  return ofThisWorker;
}

/** Another one, for an application with other key-encryption keys, which does not start on what it cannot open. */
export function separateDatabase(): Promise<DatabaseUrls> {
  separate += 1;
  return cloneTemplate(`_${separate}`);
}

let separate = 0;

async function cloneTemplate(suffix: string): Promise<DatabaseUrls> {
  const { superuserUrl, ownerUrl, serverUrl, template, prefix } = inject('testDatabase');
  const name = `${prefix}${process.env['VITEST_POOL_ID'] ?? '0'}${suffix}`;
  const client = new pg.Client({ connectionString: withDatabase(superuserUrl, 'postgres') });
  await client.connect();
  try {
    // A worker of the project before this one may have left its database, and connections to it.
    await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template} OWNER rampart_owner`);
  } finally {
    await client.end();
  }
  return { serverUrl: withDatabase(serverUrl, name), ownerUrl: withDatabase(ownerUrl, name) };
}

function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}
