import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/platform/crypto/index.js';
import type { Database } from '../../src/platform/database/index.js';
import { PrismaClient, type Prisma } from '../../src/platform/database/generated/client.js';
import { asOwner, clientOf, openDatabase } from './open-database.ts';

/**
 * What each operation of the generated client does to encrypted columns. An operation that a new Prisma brings is in no table: then
 * this file does not compile, and its first tests fail.
 *   encrypts   takes text and stores ciphertext; what it gives back is text
 *   decrypts   gives text back
 *   passes     takes and gives no column
 *   refuses    throws, and names the alternative
 */
type Effect = 'encrypts' | 'decrypts' | 'passes' | 'refuses';
type Operation = keyof Prisma.TypeMap['model']['Patient']['operations'];

const effects = {
  create: 'encrypts',
  createMany: 'encrypts',
  createManyAndReturn: 'encrypts',
  update: 'encrypts',
  // Of a patient they are refused for another reason: several requests could share their statement.
  findUnique: 'refuses',
  findUniqueOrThrow: 'refuses',
  findFirst: 'decrypts',
  findFirstOrThrow: 'decrypts',
  findMany: 'decrypts',
  delete: 'decrypts',
  deleteMany: 'passes',
  count: 'passes',
  updateMany: 'refuses',
  updateManyAndReturn: 'refuses',
  upsert: 'refuses',
  aggregate: 'refuses',
  groupBy: 'refuses',
} as const satisfies Record<Operation, Effect>;

/** On every model at run time, for MongoDB; the types do not have them, and Prisma refuses them. */
const otherDatabases = ['aggregateRaw', 'findRaw'];
/** Not operations. */
const facts = ['$name', '$parent', 'fields', 'name'];

/** The client's own methods, and why they give no ciphertext and store no text. */
const clientMethods: Readonly<Record<string, string>> = {
  $queryRaw: 'refuses a result with ciphertext',
  $queryRawUnsafe: 'refuses a result with ciphertext; lint bans it',
  $executeRaw: 'gives no row; check constraints refuse what is no ciphertext',
  $executeRawUnsafe: 'gives no row; check constraints refuse what is no ciphertext; lint bans it',
  $queryRawTyped: 'Prisma refuses it without its preview feature',
  $runCommandRaw: 'Prisma refuses it: for MongoDB',
  $queryRawInternal: 'what the ones above call; not in the types',
  $executeRawInternal: 'what the ones above call; not in the types',
  $transaction: 'every statement in it is one of these',
  $connect: 'moves no row',
  $disconnect: 'moves no row',
  $extends: 'adds to this client, and takes nothing from it',
  $on: 'tells of events, which nobody listens to',
};

const secrets = { nationalId: 'AB-1234567-C', phone: '+442079460123', address: '12 St James Square, London' };

let database: Database;
let client: Database['client'];
let organizationId: string;

beforeAll(async () => {
  database = await openDatabase();
  organizationId = newId();
  await database.client.organization.create({ data: { id: organizationId, name: organizationId } });
  client = clientOf(database, organizationId);
});
afterAll(() => database.onApplicationShutdown());

const rowOf = (id: string) => ({
  id,
  organizationId,
  givenName: 'Ada',
  familyName: 'Lovelace',
  birthDate: new Date('1984-02-29'),
  ...secrets,
});
async function existing(): Promise<{ id: string }> {
  const id = newId();
  await client.patient.create({ data: rowOf(id) });
  return { id };
}
const storedOf = async (id: string) =>
  (await asOwner<typeof secrets>(`SELECT "nationalId", phone, address FROM "Patient" WHERE id = $1`, [id]))[0];

describe('B10.5 the tables of this file', () => {
  it('have every operation that a model has at run time', () => {
    const known = [...Object.keys(effects), ...otherDatabases, ...facts];
    expect(Object.keys(database.client.patient).toSorted()).toEqual(known.toSorted());
  });

  it('have every method that the client itself has', () => {
    const names = new Set<string>();
    for (let at: object | null = PrismaClient.prototype; at !== null; at = Reflect.getPrototypeOf(at)) {
      for (const name of Object.getOwnPropertyNames(at)) if (/^\$[a-z]/.test(name)) names.add(name);
    }
    expect(names.size).toBeGreaterThan(5);
    expect([...names].filter((name) => !Object.hasOwn(clientMethods, name))).toEqual([]);
  });

  it.each([...otherDatabases, '$queryRawTyped', '$runCommandRaw'])('are right that Prisma refuses %s', async (name) => {
    const owner: object = name.startsWith('$') ? database.client : database.client.patient;
    const call = Reflect.get(owner, name) as (...args: unknown[]) => Promise<unknown>;
    await expect(async () => Reflect.apply(call, owner, [{ sql: 'SELECT 1', values: [] }])).rejects.toThrow(
      /preview|mongo|not supported|raw/i,
    );
  });
});

/** The operation, on a row of its own or on one that is there. */
const run: Readonly<Record<Operation, (id: string) => Promise<unknown>>> = {
  create: (id) => client.patient.create({ data: rowOf(id) }),
  createMany: (id) => client.patient.createMany({ data: [rowOf(id)] }),
  createManyAndReturn: (id) => client.patient.createManyAndReturn({ data: [rowOf(id)] }),
  update: (id) => client.patient.update({ where: { id }, data: secrets }),
  findUnique: (id) => client.patient.findUnique({ where: { id } }),
  findUniqueOrThrow: (id) => client.patient.findUniqueOrThrow({ where: { id } }),
  findFirst: (id) => client.patient.findFirst({ where: { id } }),
  findFirstOrThrow: (id) => client.patient.findFirstOrThrow({ where: { id } }),
  findMany: (id) => client.patient.findMany({ where: { id } }),
  delete: (id) => client.patient.delete({ where: { id } }),
  deleteMany: (id) => client.patient.deleteMany({ where: { id } }),
  count: (id) => client.patient.count({ where: { id } }),
  updateMany: (id) => client.patient.updateMany({ where: { id }, data: secrets }),
  updateManyAndReturn: (id) => client.patient.updateManyAndReturn({ where: { id }, data: secrets }),
  upsert: (id) => client.patient.upsert({ where: { id }, create: rowOf(id), update: secrets }),
  aggregate: () => client.patient.aggregate({ _max: { phone: true } }),
  groupBy: () => client.patient.groupBy({ by: ['phone'] }),
};

const operationsThat = (effect: Effect) =>
  Object.keys(effects).filter((name): name is Operation => effects[name as Operation] === effect);

/** Whole rows among what it gave back. */
const rowsIn = (given: unknown): unknown[] =>
  [given].flat().filter((row) => typeof row === 'object' && row !== null && 'phone' in row);

describe('B10.5 an operation that', () => {
  it.each(operationsThat('encrypts'))('encrypts stores ciphertext and gives text: %s', async (name) => {
    const id = name === 'update' ? (await existing()).id : newId();
    const before = await storedOf(id);
    const given = rowsIn(await run[name](id));
    expect(given).toEqual(given.map(() => expect.objectContaining(secrets)));
    expect(given).toHaveLength(name === 'createMany' ? 0 : 1);
    const after = await storedOf(id);
    for (const [column, value] of Object.entries(after ?? {})) {
      expect(value).toMatch(/^v2\.[0-9a-f-]{36}\./);
      expect(value).not.toBe(Reflect.get(before ?? {}, column));
    }
    expect(Object.keys(after ?? {})).toHaveLength(3);
  });

  it.each(operationsThat('decrypts'))('decrypts gives text: %s', async (name) => {
    const { id } = await existing();
    const [row] = [await run[name](id)].flat();
    expect(row).toMatchObject(secrets);
  });

  it.each(operationsThat('passes'))('passes gives a number: %s', async (name) => {
    const result = await run[name]((await existing()).id);
    expect([1, { count: 1 }]).toContainEqual(result);
  });

  it.each(operationsThat('refuses'))('refuses changes nothing, and names the alternative: %s', async (name) => {
    const { id } = await existing();
    const before = await storedOf(id);
    await expect(run[name](id)).rejects.toThrow(
      /use (?:create|findFirst)|is refused on a model with encrypted columns/,
    );
    expect(await storedOf(id)).toEqual(before);
  });

  it('writes by SQL cannot store text', async () => {
    const { id } = await existing();
    const write = client.$executeRaw`UPDATE "Patient" SET phone = '+442079460123' WHERE id = ${id}::uuid`;
    await expect(write).rejects.toThrow(/Patient_phone_encrypted/);
  });
});

/** Each leads to encrypted columns, and none of them encrypts: so all are refused, with the way to do it. */
describe('B10.5 a relation to encrypted columns is refused in', () => {
  const organization = () => client.organization;
  const where = () => ({ id: organizationId });
  it.each<[string, () => Promise<unknown>]>([
    ['create', () => organization().update({ where: where(), data: { patients: { create: rowOf(newId()) } } })],
    ['createMany', () => organization().update({ where: where(), data: { patients: { createMany: { data: [] } } } })],
    [
      'connectOrCreate',
      () =>
        organization().update({
          where: where(),
          data: { patients: { connectOrCreate: { where: where(), create: rowOf(newId()) } } },
        }),
    ],
    [
      'update',
      () =>
        organization().update({ where: where(), data: { patients: { update: { where: where(), data: secrets } } } }),
    ],
    [
      'updateMany',
      () => organization().update({ where: where(), data: { patients: { updateMany: { where: {}, data: secrets } } } }),
    ],
    [
      'upsert',
      () =>
        organization().update({
          where: where(),
          data: { patients: { upsert: { where: where(), update: secrets, create: rowOf(newId()) } } },
        }),
    ],
    ['include', () => organization().findUnique({ where: where(), include: { patients: true } })],
    ['select', () => organization().findMany({ select: { patients: { select: { id: true, phone: true } } } })],
    [
      'an include of an include',
      () => client.careAssignment.findMany({ include: { patient: { include: { records: true } } } }),
    ],
    [
      'a filter behind a relation',
      () => organization().findMany({ where: { patients: { some: { phone: { startsWith: '+' } } } } }),
    ],
    ['an order behind a relation', () => client.careAssignment.findMany({ orderBy: { patient: { phone: 'asc' } } })],
    [
      'a transaction',
      () =>
        database.asOrganization(organizationId, () =>
          database.inTransaction((tx) => tx.organization.findMany({ include: { patients: true } })),
        ),
    ],
  ])('%s', async (_what, operate) => {
    await expect(operate()).rejects.toMatchObject({
      name: 'UnsupportedOnEncryptedModel',
      message: expect.stringMatching(/use a query of its own|cannot use encrypted columns/),
    });
  });
});
