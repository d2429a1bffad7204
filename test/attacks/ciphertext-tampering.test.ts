import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/platform/crypto/index.js';
import type { Database } from '../../src/platform/database/index.js';
import { asOwner, clientOf, openDatabase } from '../integration/open-database.ts';
import { useApp } from '../support/app.ts';
import { somePatient, TestOrganization } from '../support/organization.ts';
import { plantedPatient, plantedRecord } from '../support/planted-rows.ts';

/**
 * Somebody who can write to the database moves a ciphertext to another row, column, table or organization, or changes it, to
 * have the server show it as somebody else's value (CWE-345; RFC 5116 §2.1: the place is associated data).
 */
const app = useApp();
let database: Database;
let client: Database['client'];
let organizationId: string;

beforeAll(async () => {
  database = await openDatabase();
  organizationId = (await TestOrganization.create(app())).id;
  client = clientOf(database, organizationId);
});
afterAll(() => database.onApplicationShutdown());

async function createPatient() {
  const data = plantedPatient(organizationId);
  await client.patient.create({ data });
  return data;
}

describe('a ciphertext that somebody changed by SQL', () => {
  const refusal = { name: 'CiphertextRefused' };
  const read = (id: string) => client.patient.findFirst({ where: { id } });
  const constraint = 'CONSTRAINT "Patient_phone_encrypted"';

  // Whoever may alter the table can take this wall away too; the cipher must stand without it.
  beforeAll(() => asOwner(`ALTER TABLE "Patient" DROP ${constraint}`));
  afterAll(() => asOwner(`ALTER TABLE "Patient" ADD ${constraint} CHECK (phone ~ '^v2[.][0-9a-f-]{36}[.]') NOT VALID`));

  it('B10.2 is refused in both rows when two rows swap it', async () => {
    const [left, right] = [await createPatient(), await createPatient()];
    await asOwner(
      `UPDATE "Patient" p SET "nationalId" = q."nationalId" FROM "Patient" q
       WHERE (p.id, q.id) IN (($1::uuid, $2::uuid), ($2::uuid, $1::uuid))`,
      [left.id, right.id],
    );
    await expect(read(left.id)).rejects.toMatchObject(refusal);
    await expect(read(right.id)).rejects.toMatchObject(refusal);
  });

  it.each([
    ['was moved to another column', 'phone = address'],
    ['was cut', 'phone = left(phone, -1)'],
    ['was cut to nothing', "phone = ''"],
    ['was replaced by plain text', "phone = '+442079460123'"],
    [
      'has the name of another key',
      "phone = regexp_replace(phone, '^v2[.][^.]+', 'v2.0190a0b0-0000-7000-8000-000000000001')",
    ],
    ['has another version', "phone = regexp_replace(phone, '^v2', 'v1')"],
    ['has something behind it', "phone = phone || 'AAAA'"],
    ['belongs to a row that got another id', 'id = gen_random_uuid()'],
  ])('B10.2 is refused when it %s', async (_how, change) => {
    const { id } = await createPatient();
    const [row] = await asOwner<{ id: string }>(`UPDATE "Patient" SET ${change} WHERE id = $1 RETURNING id`, [id]);
    await expect(read(row?.id ?? '')).rejects.toMatchObject(refusal);
  });

  it('B10.2 is refused when it was moved from another table', async () => {
    const { id } = await createPatient();
    const record = plantedRecord(organizationId, id);
    await client.medicalRecord.create({ data: record });
    await asOwner(`UPDATE "Patient" SET address = (SELECT note FROM "MedicalRecord" WHERE id = $1) WHERE id = $2`, [
      record.id,
      id,
    ]);
    await expect(read(id)).rejects.toMatchObject(refusal);
  });

  it('B10.2 is refused when it comes from another organization', async () => {
    const elsewhere = newId();
    await client.organization.create({ data: { id: elsewhere, name: elsewhere } });
    const theirs = plantedPatient(elsewhere);
    await clientOf(database, elsewhere).patient.create({ data: theirs });
    const { id } = await createPatient();
    await asOwner(`UPDATE "Patient" SET phone = (SELECT phone FROM "Patient" WHERE id = $1) WHERE id = $2`, [
      theirs.id,
      id,
    ]);
    await expect(read(id)).rejects.toMatchObject(refusal);
  });

  it('B8.2 B10.2 is a 500 problem to a client, alone and in a list, that says nothing of it', async () => {
    const organization = await TestOrganization.create(app());
    const receptionist = await organization.as('receptionist');
    const created = [
      await receptionist.post('/v1/patients', somePatient),
      await receptionist.post('/v1/patients', somePatient),
    ];
    const [first, second] = created.map(({ body }) => String(body['id']));
    await asOwner(`UPDATE "Patient" SET phone = (SELECT phone FROM "Patient" WHERE id = $1) WHERE id = $2`, [
      first,
      second,
    ]);

    expect((await receptionist.get(`/v1/patients/${first}`)).status).toBe(200);
    for (const path of [`/v1/patients/${second}`, '/v1/patients']) {
      const answer = await receptionist.get(path);
      expect(answer.status).toBe(500);
      expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
      expect(answer.body).toMatchObject({ code: 'internal-error', title: 'Something went wrong on our side' });
      expect(answer.text).not.toMatch(/cipher|phone|Patient|v2\.|\+44/i);
    }
    // Each of them is an event, which is kept a moment later.
    const events = () =>
      asOwner<{ name: string }>(
        `SELECT name FROM "AuditEvent" WHERE "organizationId" = $1 AND name LIKE 'crypt_decrypt%'`,
        [organization.id],
      );
    const expected = [{ name: 'crypt_decrypt_fail' }, { name: 'crypt_decrypt_fail' }];
    await expect.poll(events, { timeout: 5000 }).toEqual(expected);
  });
});
