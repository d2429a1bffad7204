import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Retention } from '../../src/platform/data-policy/retention.js';
import { asOwner } from '../integration/open-database.ts';
import { keyOf } from '../support/api-keys.ts';
import { useApp } from '../support/app.ts';
import type { Answer, Caller } from '../support/caller.ts';
import { enrol, signIn, somePatient, TestOrganization, type SignedIn } from '../support/organization.ts';
import { expectProblem } from '../support/problem.ts';

const app = useApp();
let organization: TestOrganization;
let receptionist: SignedIn;
let clinician: SignedIn;
let owner: SignedIn;

beforeAll(async () => {
  organization = await TestOrganization.create(app());
  receptionist = await organization.as('receptionist');
  clinician = await organization.as('clinician');
  owner = await organization.as('owner');
  // A patient that the database refuses for reasons that nobody has thought of.
  await asOwner(`CREATE FUNCTION refuse_trouble() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN IF NEW."givenName" = 'Trouble' THEN RAISE EXCEPTION 'trouble'; END IF; RETURN NEW; END $$`);
  await asOwner(
    `CREATE TRIGGER refuse_trouble BEFORE INSERT ON "Patient" FOR EACH ROW EXECUTE FUNCTION refuse_trouble()`,
  );
});
afterAll(() => asOwner('DROP FUNCTION refuse_trouble CASCADE'));

const newKey = () => randomUUID();
const withKey = (key: string) => ({ headers: { 'idempotency-key': key } });
/** A patient whom nobody else has: what the test made can be counted. */
const patientNamed = (familyName: string) => ({ ...somePatient, familyName });
const create = (key: string, body: object, caller: Caller = receptionist) =>
  caller.post('/v1/patients', body, withKey(key));

async function countOf(familyName: string): Promise<number> {
  const rows = await asOwner(`SELECT FROM "Patient" WHERE "familyName" = $1`, [familyName]);
  return rows.length;
}

function expectReplay(again: Answer, first: Answer): void {
  expect(again.status).toBe(first.status);
  expect(again.text).toBe(first.text);
  expect(again.headers['idempotency-replayed']).toBe('true');
  expect(first.headers).not.toHaveProperty('idempotency-replayed');
  expect(again.headers['etag']).toBe(first.headers['etag']);
  expect(again.headers['content-type']).toBe(first.headers['content-type']);
}

describe('A7.4 a creation that names an Idempotency-Key', () => {
  it('is answered again with the same status, body and ETag, and has happened once', async () => {
    const [key, body] = [newKey(), patientNamed(newKey())];
    const first = await create(key, body);
    expect(first.status).toBe(201);
    for (const again of [await create(key, body), await create(key, body)]) expectReplay(again, first);
    expect(await countOf(body.familyName)).toBe(1);
  });

  it('of which fifty come at once happens once; the others wait for its answer', async () => {
    const [key, body] = [newKey(), patientNamed(newKey())];
    const answers = await Promise.all(Array.from({ length: 50 }, () => create(key, body)));
    const created = answers.filter(({ status }) => status === 201);
    const first = created.find(({ headers }) => headers['idempotency-replayed'] === undefined);
    expect(first).toBeDefined();
    expect(new Set(created.map(({ text }) => text)).size).toBe(1);
    const others = answers.filter(({ status }) => status !== 201);
    for (const answer of others) expectProblem(answer, 'idempotency-key-in-use');
    expect(await countOf(body.familyName)).toBe(1);
    expectReplay(await create(key, body), first as Answer);
  });

  it('is refused with another body, and the first stays', async () => {
    const [key, body] = [newKey(), patientNamed(newKey())];
    const first = await create(key, body);
    expectProblem(await create(key, { ...body, givenName: 'Grace' }), 'idempotency-key-reused');
    expectReplay(await create(key, body), first);
    expect(await countOf(body.familyName)).toBe(1);
  });

  it('is refused at another address', async () => {
    const ids = await Promise.all([0, 1].map(() => create(newKey(), patientNamed(newKey()), clinician)));
    const [one, other] = ids.map(({ body }) => `/v1/patients/${String(body['id'])}/records`);
    const [key, note] = [newKey(), { kind: 'observation', note: 'Blood pressure 120/80.' }];
    expect((await clinician.post(String(one), note, withKey(key))).status).toBe(201);
    expectProblem(await clinician.post(String(other), note, withKey(key)), 'idempotency-key-reused');
  });

  it('is its caller’s alone, and its route’s', async () => {
    const [key, body] = [newKey(), patientNamed(newKey())];
    const elsewhere = await (await TestOrganization.create(app())).as('receptionist');
    const colleague = await organization.as('receptionist');
    const first = await create(key, body);
    for (const other of [colleague, elsewhere, clinician]) {
      const answer = await create(key, body, other);
      expect(answer.status).toBe(201);
      expect(answer.body['id']).not.toBe(first.body['id']);
    }
    const record = { kind: 'observation', note: 'Blood pressure 120/80.' };
    const url = `/v1/patients/${String((await create(key, body, clinician)).body['id'])}/records`;
    expect((await clinician.post(url, record, withKey(key))).status).toBe(201);
  });

  it('is the same caller’s after signing in anew', async () => {
    const [key, body] = [newKey(), patientNamed(newKey())];
    const first = await create(key, body);
    expectReplay(await create(key, body, await signIn(app(), receptionist.member)), first);
  });

  it('does not show again what the caller may no longer see', async () => {
    const person = await signIn(app(), await enrol(app(), await organization.addMember('receptionist')));
    const [key, body] = [newKey(), patientNamed(newKey())];
    expect((await create(key, body, person)).body['nationalId']).toBe(somePatient.nationalId);
    await asOwner(`UPDATE "Membership" SET role = 'clinician' WHERE "userId" = $1`, [person.member.userId]);
    await expect.poll(async () => (await person.get('/v1/me')).body['role']).toBe('clinician');
    expectProblem(await create(key, body, person), 'idempotency-key-reused');
  });

  it('may be tried again when it was refused: a key is not spent on a mistake', async () => {
    const [key, body] = [newKey(), patientNamed(newKey())];
    expectProblem(await create(key, { ...body, phone: 'none' }), 'validation-failed');
    expect((await create(key, body)).status).toBe(201);
  });

  it('may be tried again when it failed for a reason of ours', async () => {
    const [key, body] = [newKey(), { ...patientNamed(newKey()), givenName: 'Trouble' }];
    for (const _try of [1, 2]) expectProblem(await create(key, body), 'internal-error');
    expect((await create(key, { ...body, givenName: 'Ada' })).status).toBe(201);
  });

  it('is left undone when its answer cannot be kept: the repetition would do it twice', async () => {
    const [key, body] = [newKey(), patientNamed(newKey())];
    await asOwner(`ALTER TABLE "IdempotencyKey" ADD CONSTRAINT unkept CHECK ("completedAt" IS NULL) NOT VALID`);
    try {
      expectProblem(await create(key, body), 'internal-error');
    } finally {
      await asOwner(`ALTER TABLE "IdempotencyKey" DROP CONSTRAINT unkept`);
    }
    expect(await countOf(body.familyName)).toBe(0);
    expect((await create(key, body)).status).toBe(201);
    expect(await countOf(body.familyName)).toBe(1);
  });

  it('is a 409 while the first is under way, and free again when the first has died', async () => {
    const [key, body] = [newKey(), patientNamed(newKey())];
    const first = await create(key, body);
    const ofRequest = `UPDATE "IdempotencyKey" SET answer = NULL, "completedAt" = NULL, "lockedUntil" = now() + $2::interval
      WHERE "organizationId" = $1 AND id = (SELECT id FROM "IdempotencyKey" ORDER BY "createdAt" DESC LIMIT 1)`;
    await asOwner(ofRequest, [organization.id, '10 seconds']);
    const early = await create(key, body);
    expectProblem(early, 'idempotency-key-in-use');
    expect(early.headers['retry-after']).toBe('1');
    expectProblem(await create(key, { ...body, givenName: 'Grace' }), 'idempotency-key-reused');
    await asOwner(ofRequest, [organization.id, '-1 second']);
    const answers = await Promise.all(Array.from({ length: 10 }, () => create(key, body)));
    const ids = new Set(answers.filter(({ status }) => status === 201).map(({ body: { id } }) => id));
    expect(ids.size).toBe(1);
    expect(ids).not.toContain(first.body['id']);
    expect(await countOf(body.familyName)).toBe(2);
  });

  it('is kept for a day, and then the key is new', async () => {
    const [key, body] = [newKey(), patientNamed(newKey())];
    const first = await create(key, body);
    const newest = `(SELECT id FROM "IdempotencyKey" ORDER BY "createdAt" DESC LIMIT 1)`;
    const [row] = await asOwner<{ kept: string }>(
      `SELECT round(extract(epoch FROM "expiresAt" - "createdAt") / 3600)::text AS kept FROM "IdempotencyKey" WHERE id = ${newest}`,
    );
    expect(row).toEqual({ kept: '24' });
    await asOwner(`UPDATE "IdempotencyKey" SET "expiresAt" = now() WHERE id = ${newest}`);
    const again = await create(key, { ...body, givenName: 'Grace' });
    expect(again.status).toBe(201);
    expect(again.body['id']).not.toBe(first.body['id']);
  });

  it.each([
    ['nothing', ''],
    ['a space', 'a b'],
    ['256 characters', 'x'.repeat(256)],
    ['more than ASCII', 'schlüssel'],
    ['two keys', 'a, b'],
  ])('cannot name it with %s', async (_what, key) => {
    expectProblem(await create(key, somePatient), 'malformed-request');
  });

  it('with 255 characters is as good as any', async () => {
    expect((await create(newKey().padEnd(255, '~'), somePatient)).status).toBe(201);
  });

  it('is read on nothing else', async () => {
    const key = newKey();
    const { patientId } = { patientId: String((await create(newKey(), somePatient)).body['id']) };
    const seen = { headers: { ...withKey(key).headers, 'if-match': '*' } };
    for (const givenName of ['Grace', 'Mary']) {
      const answer = await receptionist.patch(`/v1/patients/${patientId}`, { givenName }, seen);
      expect(answer.body['givenName']).toBe(givenName);
    }
    expect((await receptionist.get('/v1/patients', withKey(key))).status).toBe(200);
    const lookUp = { nationalId: somePatient.nationalId };
    for (const _time of [1, 2]) {
      const answer = await receptionist.post('/v1/patients/lookup', lookUp, withKey('no key at all'));
      expect(answer.headers).not.toHaveProperty('idempotency-replayed');
    }
  });
});

describe('A7.4 what an Idempotency-Key does on other routes that create', () => {
  it('gives an API key once, and its secret again to whoever asked for it', async () => {
    const body = { name: newKey(), scopes: ['patients:read'], expiresInDays: 1 };
    const key = newKey();
    const first = await receptionist.post('/v1/api-keys', body, withKey(key));
    expectReplay(await receptionist.post('/v1/api-keys', body, withKey(key)), first);
    const secret = keyOf(first).key;
    const rows = await asOwner(`SELECT FROM "IdempotencyKey" k WHERE row_to_json(k)::text LIKE '%' || $1 || '%'`, [
      secret,
    ]);
    expect(rows).toEqual([]);
    expect(await asOwner(`SELECT FROM "ApiKey" WHERE name = $1`, [body.name])).toHaveLength(1);
  });

  it('sends an invitation once, though there is no body to repeat', async () => {
    const email = `${newKey()}@test.example`;
    const key = newKey();
    const invite = () => owner.post('/v1/members/invitations', { email, role: 'receptionist' }, withKey(key));
    const first = await invite();
    expect(first.status, first.text).toBe(202);
    expectReplay(await invite(), first);
  });
});

describe('B10.1 what is kept', () => {
  it('holds no value of the request or the answer, nor the key', async () => {
    const [key, body] = [newKey(), patientNamed(newKey())];
    await create(key, body);
    const rows = await asOwner<{ row: string }>(
      `SELECT row_to_json(k)::text AS row FROM "IdempotencyKey" k WHERE "organizationId" = $1`,
      [organization.id],
    );
    expect(rows.length).toBeGreaterThan(5);
    for (const { row } of rows) {
      // Not the short ones: "Ada" may well be a part of a ciphertext.
      for (const value of [key, body.familyName, somePatient.nationalId, somePatient.phone, somePatient.address])
        expect(row).not.toContain(value);
    }
  });

  it('is deleted when its day is over, of every organization', async () => {
    const elsewhere = await TestOrganization.create(app());
    const [person, kept, gone] = [await elsewhere.as('receptionist'), newKey(), newKey()];
    await create(gone, somePatient, person);
    await asOwner(`UPDATE "IdempotencyKey" SET "expiresAt" = now() WHERE "organizationId" = $1`, [elsewhere.id]);
    await create(kept, somePatient, person);
    const count = () => asOwner(`SELECT FROM "IdempotencyKey" WHERE "organizationId" = $1`, [elsewhere.id]);
    expect(await count()).toHaveLength(2);
    await app().get(Retention).enforce();
    expect(await count()).toHaveLength(1);
  });
});
