import pg from 'pg';
import { inject } from 'vitest';
import { RuntimeConfig } from '../../src/platform/config/index.js';
import { ColumnCipher, CryptoConfig } from '../../src/platform/crypto/index.js';
import { Database, DatabaseConfig } from '../../src/platform/database/index.js';
import type { PrismaClient } from '../../src/platform/database/generated/client.js';
import { testConfig } from '../support/app.ts';
import { workerDatabase } from '../support/database.ts';

type Settings = Readonly<Record<string, string>>;
type Mode = 'test' | 'production';

/** The shipped `Database`, without an application around it. Close it with `onApplicationShutdown()`. */
export async function openDatabase(settings: Settings = {}, mode: Mode = 'test'): Promise<Database> {
  const config = await testConfig(settings);
  const cipher = new ColumnCipher(config.get(CryptoConfig));
  return new Database(config.get(DatabaseConfig), cipher, new RuntimeConfig({ NODE_ENV: mode, FEATURES_OFF: [] }));
}

/** A client that sees and writes the clinical rows of this organization, as a request of its members does. */
export function clientOf(database: Database, organizationId: string): Database['client'] {
  // The type leaves out what transactions lack.
  const root = database.client as unknown as Pick<PrismaClient, '$extends'>;
  return root.$extends({
    query: { $allOperations: ({ args, query: run }) => database.asOrganization(organizationId, () => run(args)) },
  });
}

/** SQL of somebody who is not the server; the connection is closed behind it. */
export async function query<Row extends object = Record<string, unknown>>(
  connectionString: string,
  sql: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<Row & pg.QueryResultRow>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

/** SQL of whoever owns the tables of this worker's database: what `psql` shows and does. */
export async function asOwner<Row extends object = Record<string, unknown>>(
  sql: string,
  values: unknown[] = [],
): Promise<Row[]> {
  return query<Row>((await workerDatabase()).ownerUrl, sql, values);
}

/** The same database with another login; `superuser` is the one of the test cluster. */
export function withLogin(url: string, login: 'superuser' | { name: string; password: string }): string {
  const changed = new URL(url);
  const superuser = new URL(inject('testDatabase').superuserUrl);
  changed.username = login === 'superuser' ? superuser.username : login.name;
  changed.password = login === 'superuser' ? superuser.password : login.password;
  return changed.href;
}
