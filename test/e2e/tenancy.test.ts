import { beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../../src/platform/database/index.js';
import { clientOf } from '../integration/open-database.ts';
import { useApp } from '../support/app.ts';
import { type Answer, type Caller, whicheverVersion } from '../support/caller.ts';
import { signIn, somePatient, TestOrganization, type SignedIn } from '../support/organization.ts';
import { brokenRules, expectProblem, visibleOf } from '../support/problem.ts';

const app = useApp();
const NOBODY = '00000000-0000-7000-8000-000000000000';
const someRecord = { kind: 'observation', note: 'Blood pressure 120/80.' };

interface Clinic {
  organization: TestOrganization;
  clinician: SignedIn;
  colleague: SignedIn;
  receptionist: SignedIn;
  patient: SignedIn;
  owner: SignedIn;
  auditor: SignedIn;
  /** In the clinician's care, and the patient's own entry. */
  patientId: string;
  /** In nobody's care. */
  otherPatientId: string;
  recordId: string;
}

let north: Clinic;
let south: Clinic;

beforeAll(async () => {
  [north, south] = await Promise.all([openClinic(), openClinic()]);
});

async function openClinic(): Promise<Clinic> {
  const organization = await TestOrganization.create(app());
  const clinician = await organization.as('clinician');
  const receptionist = await organization.as('receptionist');
  const patient = await organization.as('patient');
  const patientId = await idOf(clinician.post('/v1/patients', somePatient));
  const otherPatientId = await idOf(receptionist.post('/v1/patients', somePatient));
  const recordId = await idOf(clinician.post(`/v1/patients/${patientId}/records`, someRecord));
  await clientOf(app().get(Database), organization.id).patient.update({
    where: { id: patientId },
    data: { userId: patient.member.userId },
    select: { id: true },
  });
  return {
    organization,
    clinician,
    colleague: await organization.as('clinician'),
    receptionist,
    patient,
    owner: await organization.as('owner'),
    auditor: await organization.as('auditor'),
    patientId,
    otherPatientId,
    recordId,
  };
}

async function idOf(answer: Promise<Answer>): Promise<string> {
  const { status, body, text } = await answer;
  if (status !== 201) throw new Error(text);
  return String(body['id']);
}

const idsOf = (answer: Answer) => (answer.body['items'] as { id: string }[]).map(({ id }) => id);

/** The ways to reach for something by its id. */
const reaches = {
  'read a patient': (caller: Caller, id: string) => caller.get(`/v1/patients/${id}`),
  'change a patient': (caller: Caller, id: string) =>
    caller.patch(`/v1/patients/${id}`, { givenName: 'Mallory' }, whicheverVersion),
  'delete a patient': (caller: Caller, id: string) => caller.delete(`/v1/patients/${id}`, whicheverVersion),
  'list the records of a patient': (caller: Caller, id: string) => caller.get(`/v1/patients/${id}/records`),
  'write a record of a patient': (caller: Caller, id: string) => caller.post(`/v1/patients/${id}/records`, someRecord),
  'read a record': (caller: Caller, id: string) => caller.get(`/v1/records/${id}`),
} as const;

type Reach = keyof typeof reaches;

/** Refused, and told from what does not exist by nothing. */
async function expectHidden(reach: Reach, caller: Caller, id: string): Promise<void> {
  const answer = await reaches[reach](caller, id);
  expectProblem(answer, 'not-found');
  expect(visibleOf(answer)).toEqual(visibleOf(await reaches[reach](caller, NOBODY)));
  expect(answer.text).not.toContain(id);
}

describe('A1.4 what belongs to another organization does not exist', () => {
  it.each<[Reach, keyof Clinic, (clinic: Clinic) => string]>([
    ['read a patient', 'clinician', ({ patientId }) => patientId],
    ['read a patient', 'receptionist', ({ patientId }) => patientId],
    ['read a patient', 'patient', ({ patientId }) => patientId],
    ['change a patient', 'clinician', ({ patientId }) => patientId],
    ['change a patient', 'receptionist', ({ patientId }) => patientId],
    ['delete a patient', 'receptionist', ({ patientId }) => patientId],
    ['list the records of a patient', 'clinician', ({ patientId }) => patientId],
    ['list the records of a patient', 'patient', ({ patientId }) => patientId],
    ['write a record of a patient', 'clinician', ({ patientId }) => patientId],
    ['read a record', 'clinician', ({ recordId }) => recordId],
    ['read a record', 'patient', ({ recordId }) => recordId],
  ])('to %s as %s', async (reach, role, id) => {
    await expectHidden(reach, south[role] as SignedIn, id(north));
  });

  it('and is unharmed afterwards', async () => {
    const { clinician, patientId, recordId } = north;
    expect((await clinician.get(`/v1/patients/${patientId}`)).body).toMatchObject({ givenName: somePatient.givenName });
    expect(idsOf(await clinician.get(`/v1/patients/${patientId}/records`))).toEqual([recordId]);
  });

  it('lists never mix, and a cursor from elsewhere opens nothing', async () => {
    const own = [south.patientId, south.otherPatientId];
    expect(idsOf(await south.receptionist.get('/v1/patients'))).toEqual(own);
    for (const cursor of [NOBODY, north.patientId, north.otherPatientId]) {
      for (const id of idsOf(await south.receptionist.get(`/v1/patients?cursor=${cursor}`))) expect(own).toContain(id);
    }
    const page = await south.clinician.get(`/v1/patients/${south.patientId}/records?cursor=${NOBODY}`);
    expect(idsOf(page)).toEqual([south.recordId]);
  });

  it('hides the records of one organization from the same clinician at work in another', async () => {
    await south.organization.join(north.clinician.member, 'clinician');
    const elsewhere = await signIn(app(), north.clinician.member, south.organization);
    await expectHidden('read a patient', elsewhere, north.patientId);
    await expectHidden('read a record', elsewhere, north.recordId);
    await expectHidden('list the records of a patient', elsewhere, north.patientId);
  });
});

describe('A1.4 inside one organization', () => {
  it.each<[Reach, keyof Clinic, (clinic: Clinic) => string]>([
    ['list the records of a patient', 'colleague', ({ patientId }) => patientId],
    ['write a record of a patient', 'colleague', ({ patientId }) => patientId],
    ['read a record', 'colleague', ({ recordId }) => recordId],
    ['list the records of a patient', 'clinician', ({ otherPatientId }) => otherPatientId],
    ['write a record of a patient', 'clinician', ({ otherPatientId }) => otherPatientId],
  ])('a clinician cannot %s who is not in care (%s)', async (reach, role, id) => {
    await expectHidden(reach, north[role] as SignedIn, id(north));
  });

  it.each<[Reach, (clinic: Clinic) => string]>([
    ['read a patient', ({ otherPatientId }) => otherPatientId],
    ['list the records of a patient', ({ otherPatientId }) => otherPatientId],
  ])('a patient cannot %s of somebody else', async (reach, id) => {
    await expectHidden(reach, north.patient, id(north));
  });

  it('a patient sees their own entry and records, and no others', async () => {
    expect(idsOf(await north.patient.get('/v1/patients'))).toEqual([north.patientId]);
    expect((await north.patient.get(`/v1/patients/${north.patientId}`)).status).toBe(200);
    expect(idsOf(await north.patient.get(`/v1/patients/${north.patientId}/records`))).toEqual([north.recordId]);
    expect((await north.patient.get(`/v1/records/${north.recordId}`)).body['note']).toBe(someRecord.note);
  });

  it('a patient without an entry sees none', async () => {
    const newcomer = await north.organization.as('patient');
    expect(idsOf(await newcomer.get('/v1/patients'))).toEqual([]);
  });

  it.each<[keyof Clinic, string, Reach]>([
    ['receptionist', 'records:read', 'list the records of a patient'],
    ['receptionist', 'records:read', 'read a record'],
    ['receptionist', 'records:create', 'write a record of a patient'],
    ['clinician', 'patients:delete', 'delete a patient'],
    ['patient', 'patients:update', 'change a patient'],
    ['patient', 'patients:delete', 'delete a patient'],
    ['patient', 'records:create', 'write a record of a patient'],
    ...(['owner', 'auditor'] as const).flatMap((role): [keyof Clinic, string, Reach][] => [
      [role, 'patients:read', 'read a patient'],
      [role, 'patients:update', 'change a patient'],
      [role, 'patients:delete', 'delete a patient'],
      [role, 'records:read', 'list the records of a patient'],
      [role, 'records:create', 'write a record of a patient'],
      [role, 'records:read', 'read a record'],
    ]),
  ])('B3.4 the %s lacks %s to %s: 403, whether or not it exists', async (role, permission, reach) => {
    const id = reach === 'read a record' ? north.recordId : north.patientId;
    const answer = await reaches[reach](north[role] as SignedIn, id);
    expectProblem(answer, 'forbidden');
    expect(answer.headers['www-authenticate']).toBe(
      `Bearer realm="rampart", error="insufficient_scope", scope="${permission}"`,
    );
    expect(visibleOf(answer)).toEqual(visibleOf(await reaches[reach](north[role] as SignedIn, NOBODY)));
  });

  it.each(['owner', 'auditor', 'patient'] as const)('the %s cannot create a patient', async (role) => {
    expectProblem(await north[role].post('/v1/patients', somePatient), 'forbidden');
  });
});

describe('B2.1 the clinician who takes a patient into care', () => {
  it.each<[string, () => string]>([
    ['of another organization', () => south.clinician.member.userId],
    ['who does not exist', () => NOBODY.replace('-7', '-4')],
    ['who is a receptionist', () => north.receptionist.member.userId],
    ['who is a patient', () => north.patient.member.userId],
    ['who is an entry and no person', () => north.patientId],
  ])('cannot be somebody %s', async (_name, clinicianId) => {
    const answer = await north.receptionist.post('/v1/patients', { ...somePatient, clinicianId: clinicianId() });
    expectProblem(answer, 'validation-failed');
    expect(brokenRules(answer)).toEqual({ '#/clinicianId': 'clinician-unknown' });
  });

  it('can be a colleague, who then sees the records and the creator does not', async () => {
    const clinicianId = north.colleague.member.userId;
    const id = await idOf(north.clinician.post('/v1/patients', { ...somePatient, clinicianId }));
    expect((await north.colleague.get(`/v1/patients/${id}/records`)).status).toBe(200);
    await expectHidden('list the records of a patient', north.clinician, id);
  });
});
