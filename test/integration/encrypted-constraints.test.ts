import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { encryptedColumns } from '../../src/platform/database/encrypted-columns.js';
import { workerDatabase } from '../support/database.ts';
import { useApp } from '../support/app.ts';
import { Caller } from '../support/caller.ts';
import { somePatient, TestOrganization } from '../support/organization.ts';

const app = useApp();
let owner: pg.Client;

beforeAll(async () => {
  owner = new pg.Client({ connectionString: (await workerDatabase()).ownerUrl });
  await owner.connect();
  const organization = await TestOrganization.create(app());
  const clinician = await organization.as('clinician');
  // Half a sign-in leaves a challenge.
  await new Caller(app()).post('/v1/auth/login', await halfWay(organization));
  const patient = await clinician.post('/v1/patients', somePatient, { headers: { 'idempotency-key': 'once' } });
  const path = `/v1/patients/${String(patient.body['id'])}`;
  await clinician.post(`${path}/records`, { kind: 'diagnosis', note: 'A note.' });
  await (
    await organization.as('clinician')
  ).post(`${path}/break-glass`, { reason: 'An emergency, and nobody else is there.' });
});

afterAll(() => owner.end());

async function halfWay(organization: TestOrganization) {
  const { email, password } = await organization.addMember('clinician');
  return { email, password };
}

const columns = Object.entries(encryptedColumns).flatMap(([model, options]) =>
  Object.keys(options).map((name) => [model, name]),
);

it.each(columns)('B10.1 the database itself refuses plain text in %s.%s', async (model, column) => {
  const plain = column === 'context' ? '"plain text"' : 'plain text';
  const write = owner.query(`UPDATE "${model}" SET "${column}" = '${plain}'`);
  await expect(write).rejects.toMatchObject({ code: '23514', constraint: `${model}_${column}_encrypted` });
});
