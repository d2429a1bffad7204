import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ErasureService } from '../../src/features/privacy/erasure.service.js';
import { columns } from '../../src/platform/data-classes/index.js';
import { policies } from '../../src/platform/data-policy/index.js';
import { newId } from '../../src/platform/crypto/index.js';
import { Database } from '../../src/platform/database/index.js';
import { asOwner } from '../integration/open-database.ts';
import { useApp } from '../support/app.ts';
import { StoppedClock } from '../support/clock.ts';
import { startMailServer } from '../support/mail-server.ts';
import { signIn, somePatient, TestOrganization, type SignedIn } from '../support/organization.ts';
import { expectProblem } from '../support/problem.ts';

const mails = await startMailServer();
const app = useApp({ SMTP_URL: mails.url });
afterAll(() => mails.close());

let organization: TestOrganization;
let clinician: SignedIn;

beforeAll(async () => {
  organization = await TestOrganization.create(app());
  clinician = await organization.as('clinician');
});

/** Ids that stand for something else than a person. */
const NOBODY = new Set([
  'id',
  'organizationId',
  'patientId',
  'sessionId',
  'keyId',
  'requestId',
  'credentialId',
  'nationalId',
  'targetIds',
]);

/** A patient with an account, a record, a clinician in charge, and an emergency access. */
async function patientWithAccount(): Promise<{ person: SignedIn; patientId: string }> {
  const person = await organization.as('patient');
  const patientId = String((await clinician.post('/v1/patients', somePatient)).body['id']);
  await asOwner('UPDATE "Patient" SET "userId" = $1 WHERE id = $2', [person.member.userId, patientId]);
  await clinician.post(`/v1/patients/${patientId}/records`, { kind: 'diagnosis', note: 'a note of theirs' });
  return { person, patientId };
}

/** By which ids the rows of a person are found, of every model that people have rows of. */
async function idsByModel({ member: { userId } }: SignedIn, patientId: string) {
  const sessions = await asOwner<{ id: string }>('SELECT id FROM "Session" WHERE "userId" = $1', [userId]);
  const through: Record<string, string[]> = { Patient: [patientId], Session: sessions.map(({ id }) => id) };
  return [...policies].flatMap(([model, { person }]) =>
    person === undefined ? [] : [{ model, ids: through[person.through ?? ''] ?? [userId] }],
  );
}

const dueAtOf = async ({ member }: SignedIn) =>
  (await asOwner('SELECT "erasureDueAt" AS due FROM "User" WHERE id = $1', [member.userId]))[0];

// docs/recipes/answer-a-data-subject-request.md says what is done here.
describe('B7.5 the export of a person', () => {
  it('knows every column that tells of a person: exported, or withheld with a reason', () => {
    const unknown = columns.filter(({ model, column, dataClass }) => {
      const { person, withheld = {} } = policies.get(model) ?? {};
      const isIdOfSomebody = /Ids?$/.test(column) && !NOBODY.has(column);
      const isOfSomebody = isIdOfSomebody || ['personal', 'clinical'].includes(dataClass);
      const isExported = person !== undefined && (!isIdOfSomebody || person.by === column);
      return isOfSomebody && !isExported && !Object.hasOwn(withheld, column);
    });
    expect(unknown.map(({ model, column }) => `${model}.${column}`)).toEqual([]);
  });

  it('has all rows of theirs of every model, and nobody else’s, and no secret', async () => {
    const { person, patientId } = await patientWithAccount();
    const { userId } = person.member;
    await asOwner('INSERT INTO "TotpFactor" (id, "userId", secret) SELECT $1, $2, secret FROM "TotpFactor" LIMIT 1', [
      newId(),
      userId,
    ]);
    const { client } = app().get(Database);
    await client.passkey.create({
      data: {
        id: newId(),
        userId,
        credentialId: Buffer.from(userId),
        publicKey: Buffer.from('x'),
        counter: 0,
        isBackedUp: false,
        label: 'Phone',
      },
    });
    await patientWithAccount();
    const answer = await person.get('/v1/me/export');
    expect(answer.status, answer.text).toBe(200);
    expect(answer.headers['cache-control']).toBe('no-store');
    for (const { model, ids } of await idsByModel(person, patientId)) {
      const rows = answer.body[model] as Record<string, unknown>[];
      const { by } = policies.get(model)?.person ?? { by: '' };
      const stored = await asOwner<{ n: number }>(
        `SELECT count(*)::int AS n FROM "${model}" WHERE "${by}" = ANY ($1::uuid[])`,
        [ids],
      );
      expect(stored, model).toEqual([{ n: rows.length }]);
      expect(ids, model).toEqual(expect.arrayContaining(rows.map((row) => row[by])));
      const secrets = columns.filter((one) => one.model === model && one.dataClass === 'secret');
      const shown = rows.flatMap((row) => Object.keys(row));
      expect(secrets.filter(({ column }) => shown.includes(column))).toEqual([]);
    }
    expect(answer.body['User']).toMatchObject([{ email: person.member.email }]);
    expect(answer.body['Patient']).toMatchObject([{ ...somePatient }]);
    expect(answer.body['MedicalRecord']).toMatchObject([{ note: 'a note of theirs' }]);
    for (const model of [
      'Session',
      'Membership',
      'KnownDevice',
      'TotpFactor',
      'Passkey',
      'RefreshToken',
      'CareAssignment',
    ])
      expect(answer.body[model], model).not.toEqual([]);
    const [event] = await asOwner('SELECT name FROM "AuditEvent" WHERE "actorId" = $1 AND name = $2', [
      userId,
      'sensitive_export',
    ]);
    expect(event).toEqual({ name: 'sensitive_export' });
  });
});

describe('B7.5 the erasure of an account', () => {
  it('takes a fresh proof', async () => {
    const person = await organization.as('patient');
    const clock = new StoppedClock(app());
    clock.advance(301);
    const answer = await person.delete('/v1/me');
    expect(answer.status, answer.text).toBe(401);
    expect((await dueAtOf(person))?.['due']).toBeNull();
  });

  it('ends sessions and API keys at once, is told by mail, and is taken back by signing in', async () => {
    const person = await organization.as('receptionist');
    const { userId, email } = person.member;
    const key = { name: 'x', scopes: ['patients:read'], expiresInDays: 1 };
    expect((await person.post('/v1/api-keys', key)).status).toBe(201);
    const answer = await person.delete('/v1/me');
    expect(answer.status, answer.text).toBe(202);
    expect(Date.parse(String(answer.body['erasureDueAt']))).toBeGreaterThan(Date.now() + 29 * 86_400_000);
    expectProblem(await person.get('/v1/me'), 'unauthenticated');
    const keys = await asOwner('SELECT FROM "ApiKey" WHERE "createdById" = $1 AND "revokedAt" IS NULL', [userId]);
    expect(keys).toEqual([]);
    expect((await mails.waitForMail(email, { subject: /^Your account will be erased$/ })).text).toContain('sign in');
    await app().get(ErasureService).eraseDue();
    await signIn(app(), person.member);
    expect((await dueAtOf(person))?.['due']).toBeNull();
    await mails.waitForMail(email, { subject: /^Your account stays$/ });
  });

  it('leaves nothing of the person but ids, and what the organization has to keep', async () => {
    const { person, patientId } = await patientWithAccount();
    const { userId, email } = person.member;
    const before = await asOwner<{ n: number }>('SELECT count(*)::int AS n FROM "AuditEvent" WHERE "actorId" = $1', [
      userId,
    ]);
    await person.delete('/v1/me');
    const clock = new StoppedClock(app());
    clock.advance(30 * 86_400 + 1);
    await app().get(ErasureService).eraseDue();
    for (const [model, { person: owned, survivesErasure }] of policies) {
      if (owned === undefined || owned.through !== undefined) continue;
      const rows = await asOwner(`SELECT FROM "${model}" WHERE "${owned.by}" = $1`, [userId]);
      expect(rows, model).toEqual([]);
      expect(survivesErasure !== undefined, model).toBe(model === 'Patient');
    }
    const [patient] = await asOwner('SELECT "userId" FROM "Patient" WHERE id = $1', [patientId]);
    expect(patient).toEqual({ userId: null });
    expect(await asOwner('SELECT FROM "MedicalRecord" WHERE "patientId" = $1', [patientId])).toHaveLength(1);
    const events = await asOwner<{ name: string }>(
      `SELECT name FROM "AuditEvent" WHERE "actorId" = $1::uuid OR $1::uuid = ANY ("targetIds")`,
      [userId],
    );
    expect(events.length).toBeGreaterThan(before[0]?.n ?? 0);
    expect(events.map(({ name }) => name)).toEqual(expect.arrayContaining(['user_updated', 'user_deleted']));
    const dump = await asOwner<{ t: string }>('SELECT to_jsonb(a)::text AS t FROM "AuditEvent" a');
    for (const { t } of dump) expect(t).not.toContain(email);
    await mails.waitForMail(email, { subject: /^Your account was erased$/ });
  });

  it('is refused to the only owner, and two owners cannot both go', async () => {
    const other = await TestOrganization.create(app());
    const [first, second] = [await other.as('owner'), await other.as('owner')];
    const answers = await Promise.all([first.delete('/v1/me'), second.delete('/v1/me')]);
    expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(['202', '409']);
    const staying = answers[0]?.status === 409 ? first : second;
    expect((await staying.delete('/v1/me')).status).toBe(409);
    expect((await staying.get('/v1/me')).status).toBe(200);
  });

  it('does not happen when its person has become the only owner in the meantime', async () => {
    const other = await TestOrganization.create(app());
    const [leaving, staying] = [await other.as('owner'), await other.as('owner')];
    await leaving.delete('/v1/me');
    await asOwner('UPDATE "User" SET "suspendedAt" = now() WHERE id = $1', [staying.member.userId]);
    const clock = new StoppedClock(app());
    clock.advance(31 * 86_400);
    await app().get(ErasureService).eraseDue();
    expect(await dueAtOf(leaving)).toBeDefined();
  });
});
