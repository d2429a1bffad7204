import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { AuditRow } from '../../src/platform/audit/index.js';
import { StoredAuditTrail } from '../../src/platform/database/stored-audit-trail.js';
import { asOwner } from '../integration/open-database.ts';
import { useApp } from '../support/app.ts';
import { Caller, whicheverVersion } from '../support/caller.ts';
import { startMailServer } from '../support/mail-server.ts';
import { signIn, somePatient, TestOrganization, type SignedIn } from '../support/organization.ts';

const mails = await startMailServer();
const app = useApp({ SMTP_URL: mails.url });
let clinic: TestOrganization;
let owner: SignedIn;
let clinician: SignedIn;
let receptionist: SignedIn;

beforeAll(async () => {
  clinic = await TestOrganization.create(app());
  owner = await clinic.as('owner');
  clinician = await clinic.as('clinician');
  receptionist = await clinic.as('receptionist');
});
afterAll(() => mails.close());

/** All that the trail has of one thing, oldest first. */
const eventsOn = (targetId: unknown) =>
  asOwner<AuditRow>('SELECT * FROM "AuditEvent" WHERE $1 = ANY("targetIds") ORDER BY sequence', [targetId]);

async function newPatient(): Promise<string> {
  const { body } = await clinician.post('/v1/patients', somePatient);
  return String(body['id']);
}

const masked = { from: '[masked]', to: '[masked]' };

describe('B11.1 B11.3 clinical data', () => {
  it('what is created, read, changed and deleted is in the trail when the answer comes, with who, where and in which request', async () => {
    const id = await newPatient();
    const path = `/v1/patients/${id}`;
    const read = await receptionist.get(path);
    await receptionist.patch(path, { phone: '+442079460999' }, whicheverVersion);
    await receptionist.delete(path, whicheverVersion);
    const { userId, address } = receptionist.member;
    const common = {
      actorKind: 'user',
      outcome: 'success',
      organizationId: clinic.id,
      targetType: 'patient',
      targetIds: [id],
    };
    expect(await eventsOn(id)).toMatchObject([
      { ...common, name: 'sensitive_create', actorId: clinician.member.userId },
      { ...common, name: 'sensitive_read', actorId: userId, ip: address, requestId: read.headers['x-request-id'] },
      { ...common, name: 'sensitive_update', actorId: userId, changes: { phone: masked } },
      { ...common, name: 'sensitive_delete', actorId: userId },
    ]);
  });

  it('a list, a look-up and the records of a patient are reads of each of them', async () => {
    const id = await newPatient();
    const { body: record } = await clinician.post(`/v1/patients/${id}/records`, { kind: 'observation', note: 'Calm.' });
    await clinician.get(`/v1/records/${String(record['id'])}`);
    await clinician.get(`/v1/patients/${id}/records`);
    await receptionist.post('/v1/patients/lookup', { nationalId: somePatient.nationalId });
    await receptionist.get('/v1/patients?limit=100');
    expect((await eventsOn(id)).map(({ name, reason }) => [name, reason])).toEqual([
      ['sensitive_create', null],
      ['sensitive_read', 'records-of'],
      ['sensitive_read', 'by-national-id'],
      ['sensitive_read', null],
    ]);
    const names = (await eventsOn(record['id'])).map(({ name }) => name);
    expect(names).toEqual(['sensitive_create', 'sensitive_read']);
  });

  it('holds no value of a patient', async () => {
    const id = await newPatient();
    await receptionist.patch(`/v1/patients/${id}`, { givenName: 'Canary', phone: '+442079460998' }, whicheverVersion);
    const text = JSON.stringify(await eventsOn(id));
    for (const value of [...Object.values(somePatient), 'Canary', '+442079460998']) expect(text).not.toContain(value);
  });

  it('does not leave when the read cannot be recorded', async () => {
    const id = await newPatient();
    const add = vi.spyOn(StoredAuditTrail.prototype, 'add').mockRejectedValue(new Error('no trail'));
    const answer = await receptionist.get(`/v1/patients/${id}`);
    add.mockRestore();
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain(somePatient.familyName);
  });

  it('is not changed when the event cannot be recorded', async () => {
    const id = await newPatient();
    const add = vi.spyOn(StoredAuditTrail.prototype, 'add').mockRejectedValue(new Error('no trail'));
    const answer = await receptionist.delete(`/v1/patients/${id}`, whicheverVersion);
    add.mockRestore();
    expect(answer.status).toBe(500);
    expect((await receptionist.get(`/v1/patients/${id}`)).status).toBe(200);
  });

  it('emergency access is an event of its own', async () => {
    const id = await newPatient();
    await asOwner('DELETE FROM "CareAssignment" WHERE "patientId" = $1', [id]);
    const reason = 'Unconscious in the emergency room.';
    expect((await clinician.post(`/v1/patients/${id}/break-glass`, { reason })).status).toBe(201);
    const events = await eventsOn(id);
    expect(events.at(-1)).toMatchObject({ name: 'authz_admin', reason: 'break-glass', outcome: 'success' });
    expect(JSON.stringify(events)).not.toContain('Unconscious');
  });
});

describe('B11.1 B11.3 accounts, sessions and keys', () => {
  it('signing in, wrongly and rightly, refreshing and signing out', async () => {
    const member = await clinic.addMember('receptionist');
    const { userId, email, address } = member;
    await new Caller(app(), undefined, address).post('/v1/auth/login', { email, password: 'wrong-password-here' });
    const signedIn = await signIn(app(), member);
    await new Caller(app(), undefined, address).post('/v1/auth/refresh', {
      refreshToken: signedIn.tokens.refreshToken,
    });
    await signedIn.post('/v1/auth/logout', undefined);
    await vi.waitFor(async () =>
      expect((await eventsOn(userId)).map(({ name }) => name)).toContain('authn_login_fail'),
    );
    const onUser = await eventsOn(userId);
    expect(onUser).toContainEqual(
      expect.objectContaining({
        name: 'authn_login_fail',
        reason: 'wrong-password',
        actorKind: 'anonymous',
        actorId: null,
      }),
    );
    const login = onUser.find(({ name }) => name === 'authn_login_success');
    expect(login).toMatchObject({ actorId: userId, organizationId: clinic.id, ip: address });
    const sessions = await asOwner<AuditRow>(
      `SELECT * FROM "AuditEvent" WHERE "actorId" = $1 AND "targetType" = 'session' ORDER BY sequence`,
      [userId],
    );
    expect(sessions.map(({ name, reason }) => [name, reason])).toEqual([
      ['session_created', null],
      ['authn_token_created', null],
      ['session_ended', 'signed-out'],
    ]);
  });

  it('an unknown account is told from a wrong password in the trail alone', async () => {
    const caller = new Caller(app());
    const answer = await caller.post('/v1/auth/login', {
      email: 'nobody@test.example',
      password: 'wrong-password-here',
    });
    const byRequest = 'SELECT * FROM "AuditEvent" WHERE "requestId" = $1';
    await vi.waitFor(async () => {
      const rows = await asOwner<AuditRow>(byRequest, [answer.headers['x-request-id']]);
      expect(rows).toMatchObject([{ name: 'authn_login_fail', reason: 'unknown-account', targetIds: [] }]);
    });
    expect(answer.text).not.toContain('unknown');
  });

  it('a new password, a new name, and a proof that was given again', async () => {
    const { member } = receptionist;
    await receptionist.patch('/v1/me', { displayName: 'Canary Name' });
    const session = await signIn(app(), member);
    await session.post('/v1/auth/step-up', { password: member.password });
    const newPassword = 'quite-another-long-passphrase-7';
    const answer = await session.post('/v1/me/password', { currentPassword: member.password, newPassword });
    expect(answer.status).toBe(204);
    const events = await eventsOn(member.userId);
    expect(events).toContainEqual(expect.objectContaining({ name: 'user_updated', changes: { displayName: masked } }));
    expect(events).toContainEqual(expect.objectContaining({ name: 'authn_password_change', outcome: 'success' }));
    expect(JSON.stringify(events)).not.toMatch(/Canary|passphrase/);
    const steps = await asOwner<AuditRow>(
      `SELECT * FROM "AuditEvent" WHERE name = 'authn_step_up' AND "actorId" = $1`,
      [member.userId],
    );
    expect(steps).toMatchObject([{ targetType: 'session' }]);
    receptionist = await clinic.as('receptionist');
  });

  it('an API key that is made, replaced and revoked', async () => {
    const made = await clinician.post('/v1/api-keys', { name: 'k', scopes: ['patients:read'], expiresInDays: 30 });
    const rotated = await clinician.post(`/v1/api-keys/${String(made.body['id'])}/rotate`, { overlapHours: 1 });
    await clinician.delete(`/v1/api-keys/${String(rotated.body['id'])}`);
    const events = [...(await eventsOn(made.body['id'])), ...(await eventsOn(rotated.body['id']))];
    expect(events.map(({ name, reason }) => [name, reason])).toEqual([
      ['authn_token_created', null],
      ['authn_token_revoked', 'rotated'],
      ['authn_token_created', null],
      ['authn_token_revoked', null],
    ]);
    expect(events[0]?.changes).toMatchObject({ scopes: { from: null, to: '["patients:read"]' } });
    expect(JSON.stringify(events)).not.toContain('rmp_');
  });
});

describe('B11.1 B11.3 who may do what', () => {
  it('a role that changes, before and after, and a member who has to go', async () => {
    const member = await clinic.addMember('receptionist');
    await owner.patch(`/v1/members/${member.userId}`, { role: 'clinician' });
    await owner.delete(`/v1/members/${member.userId}`);
    expect(await eventsOn(member.userId)).toMatchObject([
      { name: 'authz_change', reason: 'change', changes: { role: { from: 'receptionist', to: 'clinician' } } },
      { name: 'authz_change', reason: 'remove', changes: { role: { from: 'clinician', to: null } } },
    ]);
  });

  it('an invitation, without the address', async () => {
    const answer = await owner.post('/v1/members/invitations', { email: 'canary@test.example', role: 'clinician' });
    const rows = await asOwner<AuditRow>('SELECT * FROM "AuditEvent" WHERE "requestId" = $1', [
      answer.headers['x-request-id'],
    ]);
    expect(rows).toMatchObject([{ name: 'authz_change', reason: 'invite', changes: { role: { to: 'clinician' } } }]);
    expect(JSON.stringify(rows)).not.toContain('canary');
  });

  it.each([
    ['permission-missing', () => clinician.get('/v1/members')],
    [
      'scope-not-held',
      () => clinician.post('/v1/api-keys', { name: 'k', scopes: ['patients:delete'], expiresInDays: 30 }),
    ],
  ])('a refusal, with the reason that the client does not see: %s', async (reason, call) => {
    const answer = await call();
    expect(answer.text).not.toContain(reason);
    await vi.waitFor(async () => {
      const rows = await asOwner<AuditRow>('SELECT * FROM "AuditEvent" WHERE "requestId" = $1', [
        answer.headers['x-request-id'],
      ]);
      const actorId = clinician.member.userId;
      expect(rows).toMatchObject([{ name: 'authz_fail', outcome: 'failure', reason, actorId }]);
    });
  });
});
