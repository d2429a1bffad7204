import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/platform/crypto/index.js';
import type { Database, PreparedReads } from '../../src/platform/database/index.js';
import { asOwner, clientOf, openDatabase } from './open-database.ts';

type Row = { readonly id: string; readonly organizationId: string; readonly phone: string };

const columns = { id: true, organizationId: true, phone: true } as const;
const phone = '+442079460123';
let database: Database;
let reads: PreparedReads<Row>;
let organizationId: string;
let ids: string[];

beforeAll(async () => {
  database = await openDatabase();
  reads = database.prepareReads<Row>('Patient', columns);
  organizationId = newId();
  await database.client.organization.create({ data: { id: organizationId, name: organizationId } });
  ids = [newId(), newId(), newId()].toSorted();
  const rest = { givenName: 'A', familyName: 'B', birthDate: new Date(0), nationalId: 'AB-1234', phone, address: 'C' };
  await clientOf(database, organizationId).patient.createMany({
    data: ids.map((id) => ({ id, organizationId, ...rest })),
  });
});

afterAll(() => database.onApplicationShutdown());

const asClinic = <T>(work: () => Promise<T>) => database.asOrganization(organizationId, work);

describe('a prepared read', () => {
  it('B10.1 gives what Prisma gives, encrypted columns opened', async () => {
    const where = { id: ids[0] ?? '', organizationId };
    const row = await clientOf(database, organizationId).patient.findFirst({ where, select: columns });
    expect(await asClinic(() => reads.first(where))).toEqual(row);
    expect(row?.phone).toBe(phone);
  });

  it('A1.4 finds nothing when one of its conditions does not hold', async () => {
    expect(await asClinic(() => reads.first({ id: ids[0], organizationId: newId() }))).toBeUndefined();
  });

  it('gives one row more than the limit, by id, and goes on behind the cursor', async () => {
    const page = await asClinic(() => reads.page({ organizationId }, { limit: 1 }));
    expect(page.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    const [first] = ids;
    const next = await asClinic(() =>
      reads.page({ organizationId }, { limit: 2, ...(first !== undefined && { cursor: first }) }),
    );
    expect(next.map(({ id }) => id)).toEqual(ids.slice(1));
  });

  it.each<[string, Record<string, string | undefined>]>([
    ['no condition', {}],
    ['a condition without a value', { id: newId(), organizationId: undefined }],
    ['a condition on what is no column name', { 'id" = "id" OR "id': newId() }],
  ])('A1.4 A3.4 refuses %s instead of showing more', async (_what, conditions) => {
    await expect(asClinic(() => reads.first(conditions))).rejects.toThrow(/condition|not the name/);
    await expect(asClinic(() => reads.page(conditions, { limit: 20 }))).rejects.toThrow(/condition|not the name/);
  });

  it('A3.4 takes a value for a value', async () => {
    const other = database.prepareReads<{ id: string; name: string }>('Organization', { id: true, name: true });
    expect(await other.first({ name: `x' OR '1'='1` })).toBeUndefined();
  });

  it('B10.2 refuses a ciphertext of another row', async () => {
    const [from, to] = ids;
    await asOwner('UPDATE "Patient" SET phone = (SELECT phone FROM "Patient" WHERE id = $1) WHERE id = $2', [from, to]);
    await expect(asClinic(() => reads.first({ id: to, organizationId }))).rejects.toMatchObject({
      name: 'CiphertextRefused',
    });
    await expect(asClinic(() => reads.page({ organizationId }, { limit: 3 }))).rejects.toMatchObject({
      name: 'CiphertextRefused',
    });
  });
});
