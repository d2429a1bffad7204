import { beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../../src/platform/database/index.js';
import { clientOf } from '../integration/open-database.ts';
import { useApp } from '../support/app.ts';
import { Caller, type Answer, whicheverVersion } from '../support/caller.ts';
import { TokenForge } from '../support/forged-token.ts';
import { somePatient, TestOrganization, type SignedIn } from '../support/organization.ts';
import { brokenRules, expectProblem } from '../support/problem.ts';

const app = useApp();
const callers: Partial<Record<string, SignedIn>> = {};
let organization: TestOrganization;
let patientId: string;
let recordId: string;

const MASKED = { ...somePatient, nationalId: '••••67-C' };
const { phone: _phone, address: _address, ...WITHOUT_CONTACT } = MASKED;

beforeAll(async () => {
  organization = await TestOrganization.create(app());
  for (const role of ['clinician', 'receptionist', 'patient'] as const) callers[role] = await organization.as(role);
  const created = await as('clinician').post('/v1/patients', somePatient);
  patientId = String(created.body['id']);
  const note = { kind: 'diagnosis', note: 'Healthy.' };
  recordId = String((await as('clinician').post(`/v1/patients/${patientId}/records`, note)).body['id']);
  const { userId } = as('patient').member;
  await clientOf(app().get(Database), organization.id).patient.update({
    where: { id: patientId },
    data: { userId },
    select: { id: true },
  });
});

function as(role: string): SignedIn {
  const caller = callers[role];
  if (caller === undefined) throw new Error(`nobody is ${role}`);
  return caller;
}

/** The clinician or whoever, with a token that is limited to these scopes. */
function limited(role: string, scope: string): Caller {
  return new Caller(app(), new TokenForge(app(), as(role).accessToken ?? '').forge({ claims: { scope } }));
}

function firstItem(answer: Answer): unknown {
  return (answer.body['items'] as unknown[])[0];
}

const frame = { id: expect.any(String), createdAt: expect.any(String), updatedAt: expect.any(String) };

describe('B15.1 a patient entry shows', () => {
  it.each([
    ['everything to the receptionist', () => as('receptionist'), somePatient],
    ['everything to the patient', () => as('patient'), somePatient],
    ['a masked national id to the clinician', () => as('clinician'), MASKED],
    ['no contact to a token without that scope', () => limited('clinician', 'patients:read'), WITHOUT_CONTACT],
    [
      'a masked national id to a token without that scope',
      () => limited('receptionist', 'patients:read patients:contact'),
      MASKED,
    ],
    [
      'what the role lacks to no scope',
      () => limited('clinician', 'patients:read patients:identify patients:contact'),
      MASKED,
    ],
  ])('%s, alone and in a list, and nothing besides', async (_name, caller, fields) => {
    expect((await caller().get(`/v1/patients/${patientId}`)).body).toEqual({ ...frame, ...fields });
    expect(firstItem(await caller().get('/v1/patients'))).toEqual({ ...frame, ...fields });
  });

  it('masks in the answers to writing too', async () => {
    const created = await as('clinician').post('/v1/patients', somePatient);
    expect(created.body).toEqual({ ...frame, ...MASKED });
    const changed = await as('clinician').patch(
      `/v1/patients/${String(created.body['id'])}`,
      { givenName: 'Augusta' },
      whicheverVersion,
    );
    expect(changed.body).toEqual({ ...frame, ...MASKED, givenName: 'Augusta' });
  });

  it.each(['1234', '12345678'])('hides a national id whole that is too short for a mask: %s', async (nationalId) => {
    const created = await as('clinician').post('/v1/patients', { ...somePatient, nationalId });
    expect(created.body['nationalId']).toBe('••••');
  });
});

describe('B7.1 an answer has the fields of its view and no other', () => {
  it.each([
    ['a record', () => `/v1/records/${recordId}`, 'authorId createdAt id kind note patientId recordedAt'],
    ['the own profile', () => '/v1/me', 'displayName email id organizationId permissions role'],
    ['a page', () => '/v1/patients', 'items nextCursor'],
    ['a page of records', () => `/v1/patients/${patientId}/records`, 'items nextCursor'],
    ['the public keys', () => '/.well-known/jwks.json', 'keys'],
    ['liveness', () => '/health/live', 'status'],
  ])('%s', async (_name, url, names) => {
    const answer = await as('clinician').get(url());
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.body).toSorted().join(' ')).toBe(names);
    expect(answer.text).not.toMatch(/passwordHash|argon2|suspendedAt|revokedAt|tokenHash/);
  });

  it('publishes no private member of a key', async () => {
    const { keys } = (await new Caller(app()).get('/.well-known/jwks.json')).body as { keys: object[] };
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) expect(Object.keys(key).toSorted()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
  });
});

describe('B15.2 no column can be set that its body does not list', () => {
  const forbidden = {
    id: '00000000-0000-4000-8000-000000000000',
    organizationId: '00000000-0000-4000-8000-000000000000',
    userId: '00000000-0000-4000-8000-000000000000',
    createdAt: '2000-01-01T00:00:00Z',
    updatedAt: '2000-01-01T00:00:00Z',
    organization: { connect: { id: '00000000-0000-4000-8000-000000000000' } },
    careTeam: { create: {} },
    records: { deleteMany: {} },
  };

  it.each(Object.entries(forbidden))('of a patient: %s', async (name, value) => {
    const rules = { [`#/${name}`]: 'unknown-field' };
    for (const role of ['clinician', 'receptionist']) {
      const created = await as(role).post('/v1/patients', { ...somePatient, [name]: value });
      expectProblem(created, 'validation-failed');
      expect(brokenRules(created)).toEqual(rules);
      const changed = await as(role).patch(`/v1/patients/${patientId}`, { [name]: value });
      expectProblem(changed, 'validation-failed');
      expect(brokenRules(changed)).toEqual(rules);
    }
  });

  it.each(['id', 'organizationId', 'authorId', 'patientId', 'createdAt', 'patient'])(
    'of a record: %s',
    async (name) => {
      const body = { kind: 'diagnosis', note: 'x', [name]: as('patient').member.userId };
      const answer = await as('clinician').post(`/v1/patients/${patientId}/records`, body);
      expectProblem(answer, 'validation-failed');
      expect(brokenRules(answer)).toEqual({ [`#/${name}`]: 'unknown-field' });
    },
  );

  it('nor who takes care, once the patient is there', async () => {
    const clinicianId = as('clinician').member.userId;
    const answer = await as('receptionist').patch(`/v1/patients/${patientId}`, { clinicianId });
    expect(brokenRules(answer)).toEqual({ '#/clinicianId': 'unknown-field' });
  });

  it.each(['givenName', 'nationalId', 'phone', 'address', 'birthDate'])('nor %s to null', async (name) => {
    const answer = await as('receptionist').patch(`/v1/patients/${patientId}`, { [name]: null });
    expectProblem(answer, 'validation-failed');
    expect(Object.keys(brokenRules(answer))).toEqual([`#/${name}`]);
  });
});
