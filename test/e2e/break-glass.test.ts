import { Logger } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { asOwner } from '../integration/open-database.ts';
import { useApp } from '../support/app.ts';
import { Caller, type Answer } from '../support/caller.ts';
import { StoppedClock } from '../support/clock.ts';
import { startMailServer } from '../support/mail-server.ts';
import { somePatient, TestOrganization, type SignedIn } from '../support/organization.ts';
import { brokenRules, expectProblem, visibleOf } from '../support/problem.ts';
import { tokensOf } from '../support/second-factor.ts';

const NOBODY = '00000000-0000-7000-8000-000000000000';
const HALF_AN_HOUR_S = 30 * 60;
const reason = 'Unconscious in the emergency room, allergies unknown.';
const note = 'Allergic to penicillin.';

const mails = await startMailServer();
const app = useApp({ SMTP_URL: mails.url });
let clock: StoppedClock;
let clinic: TestOrganization;
let owner: SignedIn;
let clinician: SignedIn;
let treating: SignedIn;
let patientId: string;
let recordId: string;

beforeAll(async () => {
  clinic = await TestOrganization.create(app());
  owner = await clinic.as('owner');
  treating = await clinic.as('clinician');
  patientId = String((await treating.post('/v1/patients', somePatient)).body['id']);
  recordId = String((await treating.post(recordsOf(patientId), { kind: 'diagnosis', note })).body['id']);
});
afterAll(() => mails.close());

beforeEach(async () => {
  clock = new StoppedClock(app());
  clinician = await clinic.as('clinician');
});

const recordsOf = (id: string) => `/v1/patients/${id}/records`;
const breakFor = (caller: Caller, id: string, body: unknown = { reason }): Promise<Answer> =>
  caller.post(`/v1/patients/${id}/break-glass`, body);

/** Access tokens are short-lived: whoever comes back after half an hour has a new one. */
async function refreshed({ tokens, address }: SignedIn): Promise<Caller> {
  const answer = await new Caller(app(), undefined, address).post('/v1/auth/refresh', {
    refreshToken: tokens.refreshToken,
  });
  return new Caller(app(), tokensOf(answer).accessToken, address);
}

describe('breaking the glass', () => {
  it('A1.4 opens the records of the patient to the clinician who does it', async () => {
    expectProblem(await clinician.get(recordsOf(patientId)), 'not-found');
    const answer = await breakFor(clinician, patientId);
    expect(answer.status, answer.text).toBe(201);
    expect(answer.body).toEqual({
      id: expect.any(String),
      patientId,
      expiresAt: new Date(clock.now.getTime() + HALF_AN_HOUR_S * 1000).toISOString(),
    });
    expect((await clinician.get(recordsOf(patientId))).body['items']).toMatchObject([{ id: recordId, note }]);
    expect((await clinician.get(`/v1/records/${recordId}`)).status).toBe(200);
  });

  it('A1.4 ends after 30 minutes, and not before', async () => {
    await breakFor(clinician, patientId);
    clock.advance(HALF_AN_HOUR_S - 1);
    const later = await refreshed(clinician);
    expect((await later.get(recordsOf(patientId))).status).toBe(200);
    clock.advance(1);
    for (const path of [recordsOf(patientId), `/v1/records/${recordId}`])
      expectProblem(await later.get(path), 'not-found');
  });

  it('A1.4 opens nothing to anybody else, and no other patient', async () => {
    const colleague = await clinic.as('clinician');
    const another = String((await treating.post('/v1/patients', somePatient)).body['id']);
    await breakFor(clinician, patientId);
    expectProblem(await colleague.get(recordsOf(patientId)), 'not-found');
    expectProblem(await colleague.get(`/v1/records/${recordId}`), 'not-found');
    expectProblem(await clinician.get(recordsOf(another)), 'not-found');
  });

  it('A1.4 is the way to a patient who is in nobody’s care', async () => {
    const receptionist = await clinic.as('receptionist');
    const id = String((await receptionist.post('/v1/patients', somePatient)).body['id']);
    expectProblem(await clinician.get(recordsOf(id)), 'not-found');
    expect((await breakFor(clinician, id)).status).toBe(201);
    expect((await clinician.get(recordsOf(id))).status).toBe(200);
  });

  it('A1.4 counts for nothing once the clinician is none any more', async () => {
    await breakFor(clinician, patientId);
    const { userId } = clinician.member;
    const changed = await owner.patch(`/v1/members/${userId}`, { role: 'receptionist' });
    expect(changed.status, changed.text).toBe(200);
    expectProblem(await clinician.get(recordsOf(patientId)), 'forbidden');
  });

  it.each(['owner', 'receptionist', 'patient', 'auditor'] as const)('B3.4 is not for the %s', async (role) => {
    expectProblem(await breakFor(await clinic.as(role), patientId), 'forbidden');
  });

  it('A1.5 asks for a fresh proof', async () => {
    clock.advance(301);
    expectProblem(await breakFor(await refreshed(clinician), patientId), 'step-up-required');
  });

  it.each<[string, unknown, string]>([
    ['no reason', {}, '#/reason'],
    ['a reason that says nothing', { reason: 'emergency' }, '#/reason'],
    ['a reason of spaces', { reason: ' '.repeat(40) }, '#/reason'],
    ['a reason without end', { reason: 'x'.repeat(501) }, '#/reason'],
    ['an end of their own', { reason, expiresAt: '2099-01-01T00:00:00Z' }, '#/expiresAt'],
    ['somebody else as clinician', { reason, clinicianId: NOBODY }, '#/clinicianId'],
  ])('A3.1 refuses %s', async (_what, body, pointer) => {
    const answer = await breakFor(clinician, patientId, body);
    expectProblem(answer, 'validation-failed');
    expect(Object.keys(brokenRules(answer))).toEqual([pointer]);
    expectProblem(await clinician.get(recordsOf(patientId)), 'not-found');
  });

  it('A1.4 does not tell a patient of another organization from none', async () => {
    const stranger = await (await TestOrganization.create(app())).as('clinician');
    const answer = await breakFor(stranger, patientId);
    expectProblem(answer, 'not-found');
    expect(visibleOf(answer)).toEqual(visibleOf(await breakFor(stranger, NOBODY)));
    expectProblem(await stranger.get(recordsOf(patientId)), 'not-found');
  });
});

describe('whoever breaks the glass is heard', () => {
  it('A6.1 all owners get a mail, without the reason and without a name', async () => {
    const other = await clinic.addMember('owner');
    await breakFor(clinician, patientId);
    for (const { email } of [owner.member, other]) {
      const isAbout = ({ text }: { text: string }) => text.includes(clinician.member.userId);
      await vi.waitUntil(() => mails.mailsTo(email).some(isAbout), { timeout: 10_000, interval: 15 });
      const mail = mails.mailsTo(email).find(isAbout);
      expect(mail?.subject).toBe('Emergency access to records');
      expect(mail?.text).toContain(patientId);
      for (const secret of ['Unconscious', 'Ada', 'Lovelace']) expect(mail?.raw).not.toContain(secret);
    }
  });

  it('A6.1 the log has a grave line that says who opened what, and not why', async () => {
    const error = vi.spyOn(Logger.prototype, 'error').mockReturnValue();
    await breakFor(clinician, patientId);
    const lines = error.mock.calls.map(([line]) => line as unknown);
    expect(lines).toContainEqual(
      expect.objectContaining({
        event: 'authz_admin',
        reason: 'break-glass',
        organizationId: clinic.id,
        targetIds: [patientId],
        actorId: clinician.member.userId,
      }),
    );
    expect(JSON.stringify(lines)).not.toContain('Unconscious');
    error.mockRestore();
  });

  it('B10.1 the reason is kept with the grant, encrypted', async () => {
    const { body } = await breakFor(clinician, patientId);
    const [row] = await asOwner<{ reason: string }>('SELECT * FROM "BreakGlass" WHERE id = $1', [body['id']]);
    expect(row).toMatchObject({ organizationId: clinic.id, patientId, clinicianId: clinician.member.userId });
    expect(row?.reason).toMatch(/^v2\./);
  });
});
