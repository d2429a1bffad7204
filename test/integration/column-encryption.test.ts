import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/platform/crypto/index.js';
import type { Database } from '../../src/platform/database/index.js';
import { useApp } from '../support/app.ts';
import { whicheverVersion } from '../support/caller.ts';
import { somePatient, TestOrganization, type SignedIn } from '../support/organization.ts';
import { planted, plantedPatient, plantedRecord, type PlantedSecrets } from '../support/planted-rows.ts';
import { asOwner, clientOf, openDatabase } from './open-database.ts';

const app = useApp();
let database: Database;
/** As the organization of these rows. */
let client: Database['client'];
let organizationId: string;
let clinician: SignedIn;

beforeAll(async () => {
  database = await openDatabase();
  const organization = await TestOrganization.create(app());
  organizationId = organization.id;
  client = clientOf(database, organizationId);
  clinician = await organization.as('clinician');
});
afterAll(() => database.onApplicationShutdown());

const patientRow = (secrets?: PlantedSecrets) => plantedPatient(organizationId, secrets);
const recordRow = (patientId: string, note?: string) => plantedRecord(organizationId, patientId, note);

async function createPatient(secrets = planted()) {
  const data = patientRow(secrets);
  await client.patient.create({ data });
  return data;
}

/** Tables in which one of the values is found, in any column: as text, or as what bytes and base64url of it look like. */
async function tablesThatShow(values: readonly string[]): Promise<string[]> {
  const tables = await asOwner<{ name: string }>(`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`);
  const forms = values.flatMap((value) => {
    const bytes = Buffer.from(value);
    return [value, bytes.toString('hex'), bytes.toString('base64url')].map((form) => `%${form}%`);
  });
  const searches = tables.map(
    ({ name }) =>
      `SELECT '${name}' AS name WHERE EXISTS (SELECT FROM "${name}" AS r WHERE r::text LIKE ANY ($1::text[]))`,
  );
  const found = await asOwner<{ name: string }>(searches.join(' UNION ALL '), [forms]);
  return found.map(({ name }) => name);
}

async function stored(id: string) {
  const [row] = await asOwner<Record<string, string>>(
    `SELECT "nationalId", phone, address, "givenName" FROM "Patient" WHERE id = $1`,
    [id],
  );
  return row ?? {};
}

describe('what lies in the database', () => {
  it('finds plain text where there is some: the search below works', async () => {
    const name = `planted-${newId()}`;
    await client.organization.create({ data: { id: newId(), name } });
    expect(await tablesThatShow([name])).toEqual(['Organization']);
  });

  it('B10.1 is ciphertext of what was sent to the API', async () => {
    const { note, ...secrets } = planted();
    const body = { ...somePatient, nationalId: secrets.nationalId.slice(0, 32), address: secrets.address };
    const created = await clinician.post('/v1/patients', body);
    expect(created.status).toBe(201);
    const id = String(created.body['id']);
    expect((await clinician.post(`/v1/patients/${id}/records`, { kind: 'diagnosis', note })).status).toBe(201);
    const changed = planted().address;
    expect((await clinician.patch(`/v1/patients/${id}`, { address: changed }, whicheverVersion)).status).toBe(200);

    expect(await tablesThatShow([body.nationalId, body.address, changed, note])).toEqual([]);
    const row = await stored(id);
    for (const column of ['nationalId', 'phone', 'address']) expect(row[column]).toMatch(/^v2\.[\w-]{36}\.[\w-]{40,}$/);
    expect(row['givenName']).toBe('Ada');
  });

  it('B10.5 is ciphertext after create, createMany, createManyAndReturn and update', async () => {
    const values = [planted(), planted(), planted(), planted(), planted()];
    const [one, two, three, four, five] = values.map((value) => patientRow(value));
    if (!one || !two || !three || !four || !five) throw new Error('five rows');
    await client.patient.create({ data: one });
    await client.patient.createMany({ data: [two, three] });
    await client.patient.createMany({ data: four });
    const [returned] = await client.patient.createManyAndReturn({ data: [five] });
    expect(returned?.phone).toBe(five.phone);
    const later = planted();
    await client.patient.update({ where: { id: one.id }, data: { phone: later.phone } });
    await client.medicalRecord.createMany({ data: [recordRow(one.id, later.note), recordRow(two.id)] });

    const secrets = [...values, later].flatMap(({ nationalId, phone, address, note }) => [
      nationalId,
      phone,
      address,
      note,
    ]);
    expect(await tablesThatShow(secrets)).toEqual([]);
    const read = await client.patient.findFirst({ where: { id: one.id } });
    expect(read).toMatchObject({ nationalId: one.nationalId, phone: later.phone, address: one.address });
  });

  it('B10.5 is ciphertext of a patient whose care team is made with them', async () => {
    const clinicianId = newId();
    const data = { ...patientRow(), careTeam: { create: { organizationId, clinicianId } } };
    await client.patient.create({ data });
    expect(await tablesThatShow([data.nationalId, data.phone, data.address])).toEqual([]);
    expect(await client.careAssignment.findMany({ where: { clinicianId } })).toHaveLength(1);
  });

  it('B10.1 is another ciphertext for the same value in each row and each time', async () => {
    const secrets = planted();
    const rows = [await createPatient(secrets), await createPatient(secrets)];
    const before = await Promise.all(rows.map(({ id }) => stored(id)));
    await client.patient.update({ where: { id: rows[0]?.id ?? '' }, data: { phone: secrets.phone } });
    const after = await stored(rows[0]?.id ?? '');
    expect(new Set([before[0]?.['phone'], before[1]?.['phone'], after['phone']]).size).toBe(3);
  });

  it.each<[string, (secrets: ReturnType<typeof planted>) => Promise<unknown>]>([
    [
      'patients of a new organization',
      (secrets) => {
        const { organizationId: _id, ...patient } = patientRow(secrets);
        const id = newId();
        return client.organization.create({ data: { id, name: id, patients: { create: patient } } });
      },
    ],
    [
      'patients of an organization',
      (secrets) => {
        const { organizationId: _id, ...patient } = patientRow(secrets);
        const data = { patients: { createMany: { data: [patient] } } };
        return client.organization.update({ where: { id: organizationId }, data });
      },
    ],
    [
      'records of a new patient',
      (secrets) => {
        const data = patientRow(secrets);
        const { patientId: _id, ...record } = recordRow(data.id, secrets.note);
        return client.patient.create({ data: { ...data, records: { create: record } } });
      },
    ],
    [
      'a patient of an organization that is changed',
      async (secrets) => {
        const { id } = await createPatient();
        const data = { patients: { update: { where: { id }, data: { phone: secrets.phone } } } };
        return client.organization.update({ where: { id: organizationId }, data });
      },
    ],
  ])('B10.5 is never plain text of %s, written through a relation', async (_what, write) => {
    const secrets = planted();
    await expect(write(secrets)).rejects.toMatchObject({ name: 'UnsupportedOnEncryptedModel' });
    expect(await tablesThatShow(Object.values(secrets))).toEqual([]);
  });
});

describe('what the extension does not support', () => {
  const where = { id: newId() };
  const data = { phone: 'x' };
  const row = () => patientRow();

  it.each<[string, () => Promise<unknown>, RegExp]>([
    ['updateMany', () => client.patient.updateMany({ where, data }), /use create, createMany or update/],
    [
      'updateManyAndReturn',
      () => client.patient.updateManyAndReturn({ where, data }),
      /use create, createMany or update/,
    ],
    ['upsert', () => client.patient.upsert({ where, create: row(), update: data }), /use create, createMany or update/],
    ['aggregate', () => client.patient.aggregate({ _min: { phone: true } }), /aggregate is refused/],
    ['groupBy', () => client.patient.groupBy({ by: ['nationalId'], _count: true }), /groupBy is refused/],
    [
      'a filter',
      () => client.patient.findMany({ where: { nationalId: 'x' } }),
      /filters and orders cannot use encrypted columns/,
    ],
    [
      'a filter in OR',
      () => client.patient.findFirst({ where: { OR: [where, { phone: { startsWith: '+' } }] } }),
      /filters and orders cannot use encrypted columns/,
    ],
    [
      'an order',
      () => client.medicalRecord.findMany({ orderBy: { note: 'asc' } }),
      /filters and orders cannot use encrypted columns/,
    ],
    [
      'a filter of a count',
      () => client.patient.count({ where: { address: { not: '' } } }),
      /filters and orders cannot use encrypted columns/,
    ],
    [
      'a filter of a deletion',
      () => client.patient.deleteMany({ where: { phone: 'x' } }),
      /filters and orders cannot use encrypted columns/,
    ],
    [
      'an update in an operator',
      () => client.patient.update({ where, data: { phone: { set: 'x' } } }),
      /give phone as plain text/,
    ],
    [
      'an update by another key',
      () =>
        client.patient.update({
          where: { organizationId_userId: { organizationId, userId: newId() } },
          data,
        }),
      /give the id on create and update/,
    ],
  ])('B10.5 throws and names the alternative: %s', async (_what, operate, alternative) => {
    await expect(operate()).rejects.toMatchObject({
      name: 'UnsupportedOnEncryptedModel',
      message: expect.stringMatching(alternative),
    });
  });

  it('B10.5 throws on a value that is read without the id of its row', async () => {
    const { id } = await createPatient();
    const find = client.patient.findFirst({ where: { id }, select: { phone: true } });
    await expect(find).rejects.toThrow(/select it on read/);
  });

  it('B10.5 holds within a transaction as well', async () => {
    const secrets = planted();
    const { id } = patientRow();
    const work = () =>
      database.inTransaction(async (tx) => {
        await tx.patient.create({ data: { ...patientRow(secrets), id } });
        await expect(tx.patient.updateMany({ where, data })).rejects.toThrow(/is refused/);
        expect(await tx.patient.findFirst({ where: { id } })).toMatchObject({ phone: secrets.phone });
      });
    await database.asOrganization(organizationId, work);
    expect(await tablesThatShow(Object.values(secrets))).toEqual([]);
  });
});
