import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { encryptedColumns } from '../../src/platform/database/encrypted-columns.js';
import { workerDatabase } from '../support/database.ts';
import { useApp } from '../support/app.ts';
import { somePatient, TestOrganization } from '../support/organization.ts';

const app = useApp();
let owner: pg.Client;

beforeAll(async () => {
  owner = new pg.Client({ connectionString: (await workerDatabase()).ownerUrl });
  await owner.connect();
  const clinician = await (await TestOrganization.create(app())).as('clinician');
  const patient = await clinician.post('/v1/patients', somePatient);
  await clinician.post(`/v1/patients/${String(patient.body['id'])}/records`, { kind: 'diagnosis', note: 'A note.' });
});

afterAll(() => owner.end());

const columns = Object.entries(encryptedColumns).flatMap(([model, names]) => names.map((name) => [model, name]));

it.each(columns)('B10.1 the database itself refuses plain text in %s.%s', async (model, column) => {
  const write = owner.query(`UPDATE "${model}" SET "${column}" = 'plain text'`);
  await expect(write).rejects.toMatchObject({ code: '23514', constraint: `${model}_${column}_encrypted` });
});
