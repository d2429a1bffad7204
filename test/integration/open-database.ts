import pg from 'pg';
import { inject } from 'vitest';
import { RuntimeConfig } from '../../src/platform/config/index.js';
import { connectDatabase, type Database } from '../../src/platform/database/index.js';
import { testConfig } from '../support/app.ts';
import { workerDatabase } from '../support/database.ts';

type Settings = Readonly<Record<string, string>>;
type Mode = 'test' | 'production';

/** The shipped `Database`, without an application around it. Close it with `onApplicationShutdown()`. */
export async function openDatabase(settings: Settings = {}, mode: Mode = 'test'): Promise<Database> {
  return (await openConnection(settings, mode)).database;
}

/** The same, with its keys. Closing the database closes all. */
export async function openConnection(settings: Settings = {}, mode: Mode = 'test') {
  const config = await testConfig(settings);
  const { database, close, ...keys } = await connectDatabase(
    config,
    new RuntimeConfig({ NODE_ENV: mode, FEATURES_OFF: [] }),
  );
  const closeAll = async () => {
    // What `close` calls is the method that this one stands before.
    Reflect.deleteProperty(database, 'onApplicationShutdown');
    await close();
  };
  return { database: Object.assign(database, { onApplicationShutdown: closeAll }), ...keys };
}

/** A client that sees and writes the clinical rows of this organization, as a request of its members does. */
export function clientOf(database: Database, organizationId: string): Database['client'] {
  const scoped = <Target extends object>(target: Target): Target =>
    new Proxy(target, {
      get(object, name) {
        const value: unknown = Reflect.get(object, name);
        if (typeof value === 'object' && value !== null) return scoped(value);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) =>
          database.asOrganization(organizationId, async () => Reflect.apply(value, object, args) as unknown);
      },
    });
  return scoped(database.client);
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
