import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/platform/crypto/index.js';
import type { Database } from '../../src/platform/database/index.js';
import { DatabaseFailures } from '../../src/platform/database/database-failures.js';
import { workerDatabase } from '../support/database.ts';
import { asOwner, openDatabase, query, withLogin } from './open-database.ts';

const failures = new DatabaseFailures();

/** Few connections that give up early. */
const SMALL = { DATABASE_POOL_SIZE: '1', DATABASE_POOL_TIMEOUT_MS: '600', DATABASE_STATEMENT_TIMEOUT_MS: '1500' };
let database: Database;
let small: Database;
beforeAll(async () => {
  [database, small] = [await openDatabase(), await openDatabase(SMALL)];
});
afterAll(() => Promise.all([database.onApplicationShutdown(), small.onApplicationShutdown()]));

async function meaningOf(operation: Promise<unknown>) {
  const thrown: unknown = await operation.then(
    () => new Error('nothing was thrown'),
    (error: unknown) => error,
  );
  return failures.translate(thrown);
}

const newOrganization = (id = newId()) => ({ id, name: id });
const UNAVAILABLE = { code: 'service-unavailable', status: 503 };

describe('what PostgreSQL refuses', () => {
  it('is a 409 when a unique value is there already', async () => {
    const data = newOrganization();
    await database.client.organization.create({ data });
    expect(await meaningOf(database.client.organization.create({ data }))).toMatchObject({ code: 'conflict' });
  });

  it('A1.4 is a 404 when the row to change or to delete is not there', async () => {
    const where = { id: newId() };
    const data = { name: newId() };
    expect(await meaningOf(database.client.organization.update({ where, data }))).toMatchObject({ code: 'not-found' });
    expect(await meaningOf(database.client.organization.delete({ where }))).toMatchObject({ code: 'not-found' });
  });
});

describe('a database that does not keep up', () => {
  /** Has the connection by the time it is given back: a query of Prisma's begins when it is first waited for. */
  async function occupy() {
    const busy = small.client.$queryRaw`SELECT 1 FROM pg_sleep(1.2)`.then((rows) => rows);
    await setImmediate();
    return { busy };
  }

  it('B6.5 makes a transaction wait as long as is set, and not the two seconds of Prisma', async () => {
    const patient = await openDatabase({ DATABASE_POOL_SIZE: '1', DATABASE_POOL_TIMEOUT_MS: '10000' });
    const busy = patient.client.$queryRaw`SELECT 1 FROM pg_sleep(2.5)`.then((rows) => rows);
    await setImmediate();
    const waiting = patient.inTransaction(async ({ organization }) => organization.count());
    expect(await Promise.all([busy, waiting])).toHaveLength(2);
    await patient.onApplicationShutdown();
  });

  it('A7.2 B6.5 is a 503 when a statement runs too long', async () => {
    expect(await meaningOf(small.client.$queryRaw`SELECT pg_sleep(5)`)).toMatchObject(UNAVAILABLE);
  });

  it('A7.2 B6.5 is a 503 when a row stays locked', async () => {
    const data = newOrganization();
    await database.client.organization.create({ data });
    const where = { id: data.id };
    await database.inTransaction(async (tx) => {
      await tx.organization.update({ where, data: { name: newId() } });
      expect(await meaningOf(small.client.organization.update({ where, data: { name: newId() } }))).toMatchObject(
        UNAVAILABLE,
      );
    });
  });

  it('A7.2 B6.5 is a 503 when no connection is free, for a query and for a transaction', async () => {
    const { busy } = await occupy();
    expect(await meaningOf(small.client.organization.count())).toMatchObject(UNAVAILABLE);
    await busy;
    const { busy: busyAgain } = await occupy();
    expect(await meaningOf(small.inTransaction((tx) => tx.organization.count()))).toMatchObject(UNAVAILABLE);
    await busyAgain;
  });

  it('A7.2 is a 503 when connections are cut, and works again without a restart', async () => {
    const { ownerUrl } = await workerDatabase();
    await small.ping();
    const [own] = await small.client.$queryRaw<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
    const { busy: cut } = await occupy();
    const busy = meaningOf(cut);
    await query(withLogin(ownerUrl, 'superuser'), 'SELECT pg_terminate_backend($1)', [own?.pid]);
    expect(await busy).toMatchObject(UNAVAILABLE);
    await expect(small.ping()).resolves.toBeUndefined();
    await expect(small.client.organization.count()).resolves.toBeTypeOf('number');
  });

  it('A7.2 is a 503 when nobody listens', async () => {
    const away = await openDatabase({ DATABASE_URL: 'postgres://server:secret@127.0.0.1:1/none' });
    expect(await meaningOf(away.client.organization.count())).toMatchObject(UNAVAILABLE);
    await expect(away.ping()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await away.onApplicationShutdown();
  });
});

it('A7.4 a transaction that fails leaves nothing behind', async () => {
  const data = newOrganization();
  await expect(
    database.inTransaction(async (tx) => {
      await tx.organization.create({ data });
      throw new Error('after the first step');
    }),
  ).rejects.toThrow('after the first step');
  expect(await asOwner(`SELECT id FROM "Organization" WHERE id = $1`, [data.id])).toEqual([]);
});
