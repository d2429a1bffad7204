import { beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/platform/crypto/index.js';
import { Database, tenantModels } from '../../src/platform/database/index.js';
import { runInRequestContext } from '../../src/platform/telemetry/index.js';
import { clientOf } from '../integration/open-database.ts';
import { useApp } from '../support/app.ts';
import { type Answer, type Caller, whicheverVersion } from '../support/caller.ts';
import { somePatient, TestOrganization, type SignedIn } from '../support/organization.ts';
import { expectProblem, visibleOf } from '../support/problem.ts';
import { statementsOf } from '../support/statements.ts';

/**
 * OWASP API1:2023, broken object level authorization: somebody who has signed in puts ids of others into every route that
 * takes one, to read them, to change them, or only to learn which of them exist (CWE-639, CWE-204, CWE-208).
 */

const app = useApp();
let theirs: Clinic;
let mallory: Record<'clinician' | 'receptionist', SignedIn>;

interface Clinic {
  readonly organizationId: string;
  readonly patientId: string;
  readonly recordId: string;
  readonly clinician: SignedIn;
}

const record = { kind: 'diagnosis', note: 'Healthy.' };
const reason = 'I would like to know who is a patient there.';

async function openClinic(): Promise<Clinic> {
  const organization = await TestOrganization.create(app());
  const clinician = await organization.as('clinician');
  const patientId = String((await clinician.post('/v1/patients', somePatient)).body['id']);
  const recordId = String((await clinician.post(`/v1/patients/${patientId}/records`, record)).body['id']);
  return { organizationId: organization.id, patientId, recordId, clinician };
}

beforeAll(async () => {
  theirs = await openClinic();
  const own = await TestOrganization.create(app());
  mallory = { clinician: await own.as('clinician'), receptionist: await own.as('receptionist') };
});

type Reach = (caller: Caller, id: string) => Promise<Answer>;

const reaches: [keyof typeof mallory, string, Reach][] = [
  ['receptionist', 'GET /v1/patients/:id', (caller, id) => caller.get(`/v1/patients/${id}`)],
  [
    'receptionist',
    'PATCH /v1/patients/:id',
    (caller, id) => caller.patch(`/v1/patients/${id}`, { givenName: 'M' }, whicheverVersion),
  ],
  ['receptionist', 'DELETE /v1/patients/:id', (caller, id) => caller.delete(`/v1/patients/${id}`, whicheverVersion)],
  ['clinician', 'GET /v1/patients/:id/records', (caller, id) => caller.get(`/v1/patients/${id}/records`)],
  ['clinician', 'POST /v1/patients/:id/records', (caller, id) => caller.post(`/v1/patients/${id}/records`, record)],
  [
    'clinician',
    'POST /v1/patients/:id/break-glass',
    (caller, id) => caller.post(`/v1/patients/${id}/break-glass`, { reason }),
  ],
  ['clinician', 'GET /v1/records/:id', (caller, id) => caller.get(`/v1/records/${id}`)],
];

const idFor = (route: string) => (route.includes('/records/:id') ? theirs.recordId : theirs.patientId);

describe('API1 an object of another organization', () => {
  it.each(reaches)('A1.4 is the same 404 as none to a %s on %s', async (role, route, reach) => {
    const answer = await reach(mallory[role], idFor(route));
    expectProblem(answer, 'not-found');
    expect(visibleOf(answer)).toEqual(visibleOf(await reach(mallory[role], newId())));
    expect(answer.text).not.toContain(idFor(route));
  });

  it.each(reaches)(
    'A1.4 costs a %s on %s the same statements as none: its time tells nothing',
    async (role, route, reach) => {
      const asked = async (id: string) => {
        const { statements } = await statementsOf(() => reach(mallory[role], id));
        return statements.filter((sql) => tenantModels.some((model) => sql.includes(`"${model}"`)));
      };
      const forTheirs = await asked(idFor(route));
      expect(forTheirs.length).toBeGreaterThan(0);
      expect(forTheirs).toEqual(await asked(newId()));
    },
  );

  it('A1.4 is unharmed by all of it', async () => {
    const { clinician, patientId } = theirs;
    expect((await clinician.get(`/v1/patients/${patientId}`)).body).toMatchObject({ givenName: somePatient.givenName });
    expect((await clinician.get(`/v1/patients/${patientId}/records`)).body['items']).toHaveLength(1);
  });

  it('A1.4 cannot be named as one’s own in a body', async () => {
    for (const field of ['organizationId', 'userId', 'id']) {
      const body = { ...somePatient, [field]: theirs.organizationId };
      expectProblem(await mallory.receptionist.post('/v1/patients', body), 'validation-failed');
    }
  });
});

describe('API1 a repository that forgets the organization', () => {
  const forgetful = (organizationId?: string): Promise<{ organizationId: string }[]> =>
    new Promise((resolve, reject) => {
      const context = { requestId: newId(), organizationId };
      // Whatever the condition should have been.
      const read = async () =>
        app().get(Database).client.$queryRaw<
          { organizationId: string }[]
        >`SELECT DISTINCT "organizationId" FROM "Patient"`;
      runInRequestContext(context, () => void read().then(resolve, reject));
    });

  it('A1.4 still gets nothing of another one', async () => {
    const { organizationId } = await openClinic();
    expect(await forgetful(organizationId)).toEqual([{ organizationId }]);
  });

  it('A1.4 gets nothing at all where nobody has signed in', async () => {
    expect(await forgetful()).toEqual([]);
  });

  it('A1.4 and changes nothing of another one', async () => {
    const { organizationId } = await openClinic();
    const client = clientOf(app().get(Database), organizationId);
    expect(
      await client.$executeRaw`UPDATE "Patient" SET "givenName" = 'M' WHERE "id" = ${theirs.patientId}::uuid`,
    ).toBe(0);
    expect(await client.$executeRaw`DELETE FROM "MedicalRecord" WHERE "id" = ${theirs.recordId}::uuid`).toBe(0);
  });
});
