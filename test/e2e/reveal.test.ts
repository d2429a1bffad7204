import { beforeAll, describe, expect, it, vi } from 'vitest';
import { SecurityEvents } from '../../src/platform/audit/index.js';
import { newId } from '../../src/platform/crypto/index.js';
import { makeKey, Program } from '../support/api-keys.ts';
import { useApp } from '../support/app.ts';
import { Caller } from '../support/caller.ts';
import { TokenForge } from '../support/forged-token.ts';
import { somePatient, TestOrganization, type SignedIn } from '../support/organization.ts';
import { brokenRules, expectProblem, visibleOf } from '../support/problem.ts';

const MASK = '••••67-C';
const app = useApp();
let clinician: SignedIn;
let receptionist: SignedIn;
let auditor: SignedIn;
let patientId: string;

beforeAll(async () => {
  const organization = await TestOrganization.create(app());
  [clinician, receptionist, auditor] = [
    await organization.as('clinician'),
    await organization.as('receptionist'),
    await organization.as('auditor'),
  ];
  patientId = String((await clinician.post('/v1/patients', somePatient)).body['id']);
});

const urlOf = (version: string, id = patientId) => `/${version}/patients/${id}`;

function withClaims(person: SignedIn, claims: object): Caller {
  const token = new TokenForge(app(), String(person.accessToken)).forge({ claims: { ...claims } });
  return new Caller(app(), token, person.member.address);
}

const stale = (person: SignedIn) => withClaims(person, { auth_time: Math.floor(Date.now() / 1000) - 301 });

async function reveals(): Promise<Record<string, unknown>[]> {
  const { body } = await auditor.get('/v1/audit-events?name=sensitive_reveal&limit=100');
  return body['items'] as Record<string, unknown>[];
}

describe.each(['v1', 'v2'])('B7.4 ?reveal= on %s', (version) => {
  const asked = `${urlOf(version, ':id')}?reveal=nationalId`;
  const url = () => asked.replace(':id', patientId);

  it('shows the value for one answer, and leaves an event with who, whom and what', async () => {
    const before = (await reveals()).length;
    const answer = await clinician.get(url());
    expect(answer.body).toMatchObject({ id: patientId, nationalId: somePatient.nationalId });
    const events = await reveals();
    expect(events).toHaveLength(before + 1);
    expect(events[0]).toMatchObject({
      actorId: clinician.member.userId,
      targetType: 'patient',
      targetIds: [patientId],
      reason: 'nationalId',
      outcome: 'success',
    });
    expect((await clinician.get(urlOf(version))).body).toMatchObject({ nationalId: MASK });
    expect(await reveals()).toHaveLength(before + 1);
  });

  it('asks everybody for a proof of the last five minutes first, and leaves no event without it', async () => {
    const before = (await reveals()).length;
    for (const person of [clinician, receptionist]) {
      const answer = await stale(person).get(url());
      expectProblem(answer, 'step-up-required');
      expect(answer.headers['www-authenticate']).toContain('error="insufficient_user_authentication"');
      expect(answer.text).not.toContain(somePatient.nationalId);
    }
    expect((await stale(clinician).get(urlOf(version))).body).toMatchObject({ nationalId: MASK });
    expect(await reveals()).toHaveLength(before);
  });

  it('is recorded for those who see the value anyway, who need not ask', async () => {
    const before = (await reveals()).length;
    expect((await receptionist.get(url())).body).toMatchObject({ nationalId: somePatient.nationalId });
    expect(await reveals()).toHaveLength(before + 1);
    expect((await receptionist.get(urlOf(version))).body).toMatchObject({ nationalId: somePatient.nationalId });
    expect(await reveals()).toHaveLength(before + 1);
  });

  it('narrows together with ?fields=, and stays out of the answer that comes after', async () => {
    const narrowed = `${urlOf(version)}?fields=nationalId`;
    expect((await clinician.get(`${narrowed}&reveal=nationalId`)).body).toEqual({ nationalId: somePatient.nationalId });
    expect((await clinician.get(narrowed)).body).toEqual({ nationalId: MASK });
  });

  it('B15.4 tells nothing to whoever may not ask: neither which fields there are nor which patients', async () => {
    const limited = withClaims(clinician, { scope: 'patients:read' });
    const told: unknown[] = [];
    for (const id of [patientId, newId()]) {
      for (const name of [
        'nationalId',
        'phone',
        'pager',
        '',
        'nationalId,nationalId',
        'nationalId&reveal=nationalId',
      ]) {
        const answer = await limited.get(`${urlOf(version, id)}?reveal=${name}`);
        expectProblem(answer, 'validation-failed');
        expect(brokenRules(answer)).toEqual({ '#/reveal': 'unknown-field' });
        told.push(visibleOf(answer));
      }
    }
    expect(new Set(told.map((answer) => JSON.stringify(answer))).size).toBe(1);
    const shown = await clinician.get(`${urlOf(version)}?reveal=givenName`);
    expectProblem(shown, 'validation-failed');
  });

  it('leaves no event where there is nothing to see', async () => {
    const before = (await reveals()).length;
    expectProblem(await clinician.get(`${urlOf(version, newId())}?reveal=nationalId`), 'not-found');
    expect(await reveals()).toHaveLength(before);
  });

  it('shows nothing when the event cannot be kept', async () => {
    const events = app().get(SecurityEvents);
    const record = events.record.bind(events);
    vi.spyOn(events, 'record').mockImplementation((event) =>
      event.name === 'sensitive_reveal' ? Promise.reject(new Error('database away')) : record(event),
    );
    const answer = await clinician.get(url());
    expect(answer.status).toBe(500);
    expect(answer.headers).not.toHaveProperty('etag');
    expect(answer.text).not.toContain(somePatient.nationalId);
  });

  it('A4.5 is nothing for a program, which can prove nothing anew', async () => {
    const key = await makeKey(receptionist, { scopes: ['patients:read', 'patients:identify'] });
    expectProblem(await new Program(app(), key.key).get(url()), 'forbidden');
  });

  it('shows no list whole', async () => {
    const answer = await clinician.get(`/${version}/patients?reveal=nationalId`);
    expectProblem(answer, 'validation-failed');
    expect(brokenRules(answer)).toEqual({ '#/reveal': 'unknown-field' });
  });
});

it('B7.4 A4.5 no key can be made that reveals', async () => {
  const body = { name: 'Lab', scopes: ['patients:reveal'], expiresInDays: 1 };
  expectProblem(await clinician.post('/v1/api-keys', body), 'validation-failed');
});
