import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { CiphertextRefused, ColumnCipher, DataKey, type ColumnCiphers } from '../crypto/index.js';
import { columnEncryption } from './column-encryption.js';
import { asOrganization } from './organization-scope.js';
import { UnsupportedOnEncryptedModel } from './unsupported.js';

type Fields = Record<string, unknown>;
type Operation = (call: {
  model: string;
  operation: string;
  args: object;
  query: (args: Fields) => unknown;
}) => unknown;

const KEY_ID = '0190a0b0-0000-7000-8000-00000000000f';
const cipher = new ColumnCipher([new DataKey(KEY_ID, null, randomBytes(32))]);
const give = () => Promise.resolve(cipher);
const ciphers = { forWriting: give, forReading: give } as unknown as ColumnCiphers;

/** The extension's one hook, as Prisma calls it: what it lets through to the database is what `query` gets. */
function hookOf(): Operation {
  const hooks: Operation[] = [];
  const client = {
    $extends: ({ query }: { query: { $allModels: { $allOperations: Operation } } }) => {
      hooks.push(query.$allModels.$allOperations);
    },
  };
  const extend = columnEncryption(ciphers) as unknown as (given: typeof client) => void;
  extend(client);
  const [first] = hooks;
  if (first === undefined) throw new Error('Prisma hands extensions over in another way now');
  return first;
}

const hook = hookOf();

async function run(model: string, operation: string, args: object, answer: unknown = null) {
  const reached: Fields[] = [];
  const query = (given: Fields) => {
    reached.push(given);
    return Promise.resolve(answer);
  };
  const result = await asOrganization(ID, async () => hook({ model, operation, args, query }));
  return { sent: reached[0] ?? {}, result };
}

const ID = '0190a0b0-0000-7000-8000-000000000001';
const row = { id: ID, givenName: 'Ada', nationalId: 'AB-1234567-C', phone: '+442079460123', address: '12 St James' };
const secrets = [row.nationalId, row.phone, row.address];
const at = (column: string, rowId = ID) => ({ model: 'Patient', column, rowId });

const secretsIn = (value: unknown) => secrets.filter((secret) => JSON.stringify(value).includes(secret));

describe('writing encrypted columns', () => {
  it.each<[string, object]>([
    ['create', { data: row }],
    ['createMany', { data: [row, { ...row, id: `${ID}2` }] }],
    ['createMany', { data: row }],
    ['createManyAndReturn', { data: [row] }],
    ['update', { where: { id: ID }, data: { phone: row.phone, address: row.address } }],
  ])('B10.1 sends ciphertext with %s', async (operation, args) => {
    const { sent } = await run('Patient', operation, args);
    expect(secretsIn(sent)).toEqual([]);
    expect(JSON.stringify(sent)).toContain(`v2.${KEY_ID}.`);
  });

  it('B10.1 leaves the other columns and what the caller holds as they are', async () => {
    const args = { data: { ...row } };
    const { sent } = await run('Patient', 'create', args);
    expect(sent['data']).toMatchObject({ id: ID, givenName: 'Ada' });
    expect(args.data).toEqual(row);
  });

  it('B10.1 binds each value to its row and column', async () => {
    const { sent } = await run('Patient', 'create', { data: row });
    const { phone } = sent['data'] as Record<string, string>;
    expect(cipher.decrypt(phone ?? '', at('phone'))).toBe(row.phone);
    expect(() => cipher.decrypt(phone ?? '', at('address'))).toThrow(CiphertextRefused);
  });

  it.each([undefined, null])('B10.1 leaves a column that is %s as it is', async (phone) => {
    const { sent } = await run('Patient', 'update', { where: { id: ID }, data: { phone } });
    expect(sent['data']).toEqual({ phone });
  });

  it.each<[string, string, object]>([
    ['a row without an id', 'create', { data: { nationalId: 'x' } }],
    ['a row among many without an id', 'createMany', { data: [row, { nationalId: 'x' }] }],
    ['an update by something other than the id', 'update', { where: { userId: ID }, data: { phone: 'x' } }],
    ['an update of an id that is an operator', 'update', { where: { id: { in: [ID] } }, data: { phone: 'x' } }],
    ['a value in an operator', 'update', { where: { id: ID }, data: { phone: { set: 'x' } } }],
    ['a number', 'update', { where: { id: ID }, data: { phone: 7 } }],
    ['a list', 'update', { where: { id: ID }, data: { phone: ['x'] } }],
    ['bytes', 'create', { data: { ...row, phone: Buffer.from('x') } }],
    ['a new id, under which nothing would open', 'update', { where: { id: ID }, data: { id: `${ID}2`, phone: 'x' } }],
  ])('B10.5 refuses %s', async (_what, operation, args) => {
    await expect(run('Patient', operation, args)).rejects.toThrow(UnsupportedOnEncryptedModel);
  });

  it.each([
    'updateMany',
    'updateManyAndReturn',
    'upsert',
    'aggregate',
    'groupBy',
    'findRaw',
    'aggregateRaw',
    'anOperationOfTheFuture',
  ])('B10.5 refuses %s and names what to use', async (operation) => {
    const args = { where: { id: ID }, data: { givenName: 'x' }, create: row, update: row };
    await expect(run('Patient', operation, args)).rejects.toThrow(
      new RegExp(`^Patient: ${operation} is refused .*; use create, createMany or update$`),
    );
  });

  it.each<[string, string, string, object]>([
    [
      'an organization with patients',
      'Organization',
      'create',
      { data: { id: ID, name: 'x', patients: { create: row } } },
    ],
    [
      'many patients of an organization',
      'Organization',
      'update',
      { where: { id: ID }, data: { patients: { createMany: { data: [row] } } } },
    ],
    [
      'a patient of an organization',
      'Organization',
      'update',
      { where: { id: ID }, data: { patients: { update: { where: { id: ID }, data: { phone: row.phone } } } } },
    ],
    [
      'a patient, or a new one, of an organization',
      'Organization',
      'update',
      { where: { id: ID }, data: { patients: { upsert: { where: { id: ID }, create: row, update: row } } } },
    ],
    [
      'the records of a patient',
      'Patient',
      'create',
      { data: { ...row, records: { create: { id: ID, note: row.address } } } },
    ],
    ['the patient of a record', 'MedicalRecord', 'create', { data: { id: ID, note: 'n', patient: { create: row } } }],
    [
      'the patient of an assignment',
      'CareAssignment',
      'create',
      { data: { patient: { connectOrCreate: { where: { id: ID }, create: row } } } },
    ],
  ])('B10.5 refuses to write %s through a relation, where plain text would pass', async (_what, model, op, args) => {
    await expect(run(model, op, args)).rejects.toThrow(UnsupportedOnEncryptedModel);
  });

  it('lets a relation be written that has no encrypted columns', async () => {
    const careTeam = { create: { organizationId: ID, clinicianId: ID } };
    const { sent } = await run('Patient', 'create', { data: { ...row, careTeam } });
    expect(sent['data']).toMatchObject({ careTeam });
  });
});

describe('reading encrypted columns', () => {
  const stored = {
    ...row,
    nationalId: cipher.encrypt(row.nationalId, at('nationalId')),
    phone: cipher.encrypt(row.phone, at('phone')),
    address: cipher.encrypt(row.address, at('address')),
  };

  it.each(['findUnique', 'findUniqueOrThrow', 'findFirst', 'findFirstOrThrow', 'create', 'update', 'delete'])(
    'B10.1 opens what %s gives',
    async (operation) => {
      const args = { where: { id: ID }, data: { id: ID } };
      expect((await run('Patient', operation, args, { ...stored })).result).toEqual(row);
    },
  );

  it.each(['findMany', 'createManyAndReturn'])('B10.1 opens each row of %s', async (operation) => {
    const { result } = await run('Patient', operation, { data: [] }, [{ ...stored }, { ...stored }]);
    expect(result).toEqual([row, row]);
  });

  it.each<[string, unknown]>([
    ['no row', null],
    ['a count', 7],
    ['the number of rows', { count: 7 }],
    ['a row without the columns', { id: ID }],
    ['a column that is null', { id: ID, phone: null }],
  ])('leaves %s as it is', async (_what, answer) => {
    expect((await run('Patient', 'findFirst', {}, answer)).result).toEqual(answer);
  });

  it.each<[string, Fields]>([
    ['of another row', { ...stored, id: `${ID}2` }],
    ['of another column', { ...stored, phone: stored.address }],
    ['in the clear', { ...stored, phone: row.phone }],
    ['of nothing', { ...stored, phone: '' }],
  ])('B10.2 gives no value %s', async (_what, answer) => {
    await expect(run('Patient', 'findUnique', { where: { id: ID } }, answer)).rejects.toThrow(CiphertextRefused);
  });

  it('B10.2 gives none of the rows when one does not open', async () => {
    const rows = [{ ...stored }, { ...stored, id: `${ID}2` }];
    await expect(run('Patient', 'findMany', {}, rows)).rejects.toThrow(CiphertextRefused);
  });

  it('B10.5 refuses to open a value without the id of its row', async () => {
    const { id: _id, ...anonymous } = stored;
    await expect(run('Patient', 'findFirst', {}, anonymous)).rejects.toThrow(/select it on read/);
  });

  it.each<[string, object]>([
    ['a filter', { where: { nationalId: 'x' } }],
    ['an operator', { where: { phone: { contains: '+44' } } }],
    ['a filter in AND', { where: { AND: [{ id: ID }, { phone: 'x' }] } }],
    ['a filter in OR in NOT', { where: { NOT: { OR: [{ address: { not: '' } }] } } }],
    ['an order', { orderBy: { nationalId: 'asc' } }],
    ['a second order', { orderBy: [{ id: 'asc' }, { phone: { sort: 'asc' } }] }],
    ['a distinction', { distinct: ['nationalId'] }],
    ['a distinction by one', { distinct: 'nationalId' }],
    ['a place to go on from', { cursor: { nationalId: 'x' } }],
    ['a filter through a relation', { where: { records: { some: { note: { contains: 'x' } } } } }],
  ])('B10.3 B15.4 refuses %s on ciphertext', async (_what, args) => {
    for (const operation of ['findMany', 'findFirst', 'count', 'deleteMany', 'update'])
      await expect(run('Patient', operation, { data: {}, ...args })).rejects.toThrow(UnsupportedOnEncryptedModel);
  });

  it.each<[string, string, object]>([
    ['records by their patient', 'MedicalRecord', { where: { patient: { nationalId: 'x' } } }],
    ['organizations by their patients', 'Organization', { where: { patients: { some: { phone: 'x' } } } }],
    ['assignments in the order of patients', 'CareAssignment', { orderBy: { patient: { nationalId: 'asc' } } }],
  ])('B10.3 B15.4 refuses to find %s through ciphertext', async (_what, model, args) => {
    await expect(run(model, 'findMany', args)).rejects.toThrow(UnsupportedOnEncryptedModel);
  });

  it.each<[string, string, object]>([
    ['the patients of an organization', 'Organization', { include: { patients: true } }],
    ['some of them', 'Organization', { select: { id: true, patients: { take: 1 } } }],
    ['the records of a patient', 'Patient', { include: { records: true } }],
    ['the patient of a record', 'MedicalRecord', { select: { id: true, patient: { select: { phone: true } } } }],
    ['what lies behind another relation', 'Membership', { include: { organization: { include: { patients: true } } } }],
  ])('B10.5 refuses to read %s through a relation, where ciphertext would pass', async (_what, model, args) => {
    await expect(run(model, 'findMany', args)).rejects.toThrow(UnsupportedOnEncryptedModel);
  });
});

it('leaves models without encrypted columns alone', async () => {
  const args = { where: { email: 'a@b.example' }, data: { displayName: 'x' } };
  const { sent, result } = await run('User', 'updateMany', args, { count: 1 });
  expect(sent).toBe(args);
  expect(result).toEqual({ count: 1 });
});
