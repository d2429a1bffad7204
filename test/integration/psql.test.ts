import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.ts';
import { workerDatabase } from '../support/database.ts';
import { somePatient, TestOrganization } from '../support/organization.ts';
import { lacksTool } from '../support/tools.ts';

const app = useApp();
const note = 'Planted: blood pressure 119/79.';

let organization: TestOrganization;

beforeAll(async () => {
  organization = await TestOrganization.create(app());
  const clinician = await organization.as('clinician');
  const { body } = await clinician.post('/v1/patients', somePatient);
  await clinician.post(`/v1/patients/${String(body['id'])}/records`, { kind: 'observation', note });
});

describe.skipIf(lacksTool('psql'))('psql, as the owner of the tables', () => {
  it.each([
    ['a national id', somePatient.nationalId],
    ['a telephone number', somePatient.phone],
    ['an address', somePatient.address],
    ['a clinical note', note],
  ])('B10.1 finds no trace of %s', async (_what, planted) => {
    const { ownerUrl } = await workerDatabase();
    const own = `t."organizationId" = '${organization.id}'`;
    const sql = `SELECT t::text FROM "Patient" t WHERE ${own} UNION ALL SELECT t::text FROM "MedicalRecord" t WHERE ${own}`;
    const { stdout } = await promisify(execFile)('psql', [ownerUrl, '--tuples-only', '--command', sql]);
    expect(stdout).toContain('v2.');
    expect(stdout).not.toContain(planted);
  });
});
