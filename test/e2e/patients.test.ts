import { beforeAll, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.ts';
import { whicheverVersion } from '../support/caller.ts';
import { somePatient, TestOrganization, type SignedIn } from '../support/organization.ts';

const app = useApp();
let organization: TestOrganization;
let receptionist: SignedIn;

beforeAll(async () => {
  organization = await TestOrganization.create(app());
  receptionist = await organization.as('receptionist');
});

describe('patients', () => {
  it('creates, shows, changes and deletes a patient', async () => {
    const created = await receptionist.post('/v1/patients', somePatient);
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject(somePatient);
    const path = `/v1/patients/${String(created.body['id'])}`;
    expect((await receptionist.get(path)).body).toEqual(created.body);

    const changed = await receptionist.patch(path, { phone: '+44 20 7946 0999' }, whicheverVersion);
    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject({ ...somePatient, phone: '+442079460999' });

    expect((await receptionist.delete(path, whicheverVersion)).status).toBe(204);
    expect((await receptionist.get(path)).status).toBe(404);
  });
});
