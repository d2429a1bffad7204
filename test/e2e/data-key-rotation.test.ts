import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { keyIdOf, newId } from '../../src/platform/crypto/index.js';
import { Database } from '../../src/platform/database/index.js';
import { startApp } from '../support/app.ts';
import { useProgram } from '../support/built-program.ts';
import { Caller, type Answer } from '../support/caller.ts';
import { separateDatabase, type DatabaseUrls } from '../support/database.ts';
import { signIn, somePatient, TestOrganization, type SignedIn } from '../support/organization.ts';
import { noteRaised } from '../support/raised-events.ts';
import { query } from '../integration/open-database.ts';

/** `ROTATION_ROWS=20000 npm test -- test/e2e/data-key-rotation` measures; each patient is two rows. */
const PATIENTS = Number(process.env['ROTATION_ROWS'] ?? 500) / 2;
const PATIENCE_MS = PATIENTS > 1000 ? 1_200_000 : 60_000;
vi.setConfig({ testTimeout: 2 * PATIENCE_MS });

const newKey = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;
const [old, young] = [newKey('old'), newKey('young')];
const ring = `${old},${young}`;

const program = useProgram('src/keys.ts');
let urls: DatabaseUrls;
/** Two instances on one database: what one is not told of, the other would get wrong. */
let first: NestFastifyApplication;
let second: NestFastifyApplication;

beforeAll(async () => {
  urls = await separateDatabase();
  const settings = { DATABASE_URL: urls.serverUrl, KEY_ENCRYPTION_KEYS: ring };
  first = await startApp(settings);
  second = await startApp(settings);
});
const folder = mkdtempSync(join(tmpdir(), 'rampart-keys-'));
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await first.close();
  await second.close();
});

const asOwner = <Row extends object>(sql: string, values: unknown[] = []) => query<Row>(urls.ownerUrl, sql, values);

interface Outcome {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** The shipped program in a process of its own, with the settings of the servers. */
function start(...args: string[]): { child: ChildProcess; ended: Promise<Outcome> } {
  return startWith(ring, ...args);
}

function startWith(keys: string, ...args: string[]): { child: ChildProcess; ended: Promise<Outcome> } {
  const env = { PATH: process.env['PATH'], DATABASE_URL: urls.serverUrl, KEY_ENCRYPTION_KEYS: keys };
  const child = spawn(process.execPath, [resolve(program()), ...args], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]).then(
    ([output, errors, [code]]) => ({ code: code as number | null, output, errors }),
  );
  return { child, ended };
}

interface KeyRow {
  readonly id: string;
  readonly wrappedBy: string;
  readonly retiredAt: Date | null;
  readonly destroyedAt: Date | null;
}

/** Newest first. */
const keysOf = (organizationId: string | null) =>
  asOwner<KeyRow>(
    `SELECT * FROM "DataKey" WHERE "organizationId" IS NOT DISTINCT FROM $1 ORDER BY "createdAt" DESC, id DESC`,
    [organizationId],
  );

/** The command waits until no write of before can come any more. Here the clock of the database goes on by a minute. */
const letTimePass = () => asOwner(`UPDATE "DataKey" SET "retiredAt" = "retiredAt" - interval '1 minute'`);

/** The ids of the keys in the columns of an organization's rows, each once. */
async function keysInUse(organizationId: string): Promise<string[]> {
  const rows = await asOwner<{ id: string }>(
    `SELECT DISTINCT split_part(value, '.', 2) AS id FROM (
       SELECT unnest(ARRAY["nationalId", phone, address]) AS value FROM "Patient" WHERE "organizationId" = $1
       UNION ALL SELECT note FROM "MedicalRecord" WHERE "organizationId" = $1
       UNION ALL SELECT reason FROM "BreakGlass" WHERE "organizationId" = $1
     ) AS stored`,
    [organizationId],
  );
  return rows.map(({ id }) => id);
}

const patientNumber = (index: number) => ({ ...somePatient, nationalId: `ROT-${String(index).padStart(6, '0')}` });

/** Many rows, as quickly as the database takes them; each with a record and the reason of an emergency. */
async function addPatients(organizationId: string, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => newId());
  for (let from = 0; from < count; from += 500) await addBatch(organizationId, ids.slice(from, from + 500), from);
  return ids;
}

async function addBatch(organizationId: string, ids: readonly string[], from: number): Promise<void> {
  const database = first.get(Database);
  await database.asOrganization(organizationId, async () => {
    await database.client.patient.createMany({
      data: ids.map((id, index) => ({
        ...patientNumber(from + index),
        id,
        organizationId,
        birthDate: new Date(somePatient.birthDate),
      })),
    });
    await database.client.medicalRecord.createMany({
      data: ids.map((patientId) => ({
        id: newId(),
        organizationId,
        patientId,
        authorId: newId(),
        kind: 'observation' as const,
        note: `note of ${patientId}`,
        recordedAt: new Date(),
      })),
    });
    await database.client.breakGlass.createMany({
      data: ids.slice(0, 3).map((patientId) => ({
        id: newId(),
        organizationId,
        patientId,
        clinicianId: newId(),
        reason: `reason of ${patientId}`,
        expiresAt: new Date(),
      })),
    });
  });
}

/** Reads, writes and looks up on both instances for as long as it lasts. */
class Load {
  readonly failures: string[] = [];
  answers = 0;
  private isOver = false;
  private readonly runs: Promise<void>[];

  constructor(callers: readonly SignedIn[], ids: readonly string[]) {
    this.runs = callers.map((caller, index) => this.run(caller, ids, index));
  }

  async stop(): Promise<void> {
    this.isOver = true;
    await Promise.all(this.runs);
  }

  private async run(caller: SignedIn, ids: readonly string[], offset: number): Promise<void> {
    // Each has rows of their own: what one has seen must still be so when they change it.
    for (let turn = offset; !this.isOver; turn += 2) {
      const index = turn % ids.length;
      const path = `/v1/patients/${ids[index]}`;
      const phone = `+4420794${String(turn).padStart(5, '0')}`;
      const { nationalId } = patientNumber(index);
      const seen = await caller.get(path);
      this.expect('read', seen, 200, (body) => body['nationalId'] === nationalId);
      const headers = { 'if-match': String(seen.headers['etag']) };
      this.expect('update', await caller.patch(path, { phone }, { headers }), 200, (body) => body['phone'] === phone);
      this.expect('create', await caller.post('/v1/patients', somePatient), 201, () => true);
      this.expect('list', await caller.get('/v1/patients?limit=5'), 200, () => true);
      this.expect(
        'lookup',
        await caller.post('/v1/patients/lookup', { nationalId }),
        200,
        (body) => (body['items'] as { id: string }[])[0]?.id === ids[index],
      );
    }
  }

  private expect(what: string, { status, body, text: said }: Answer, wanted: number, isRight: (b: Body) => boolean) {
    this.answers += 1;
    if (status !== wanted || !isRight(body)) this.failures.push(`${what}: ${status} ${said}`);
  }
}

type Body = Answer['body'];

// docs/recipes/rotate-data-keys.md says what is done here.
describe('npm run keys:rotate-data', () => {
  it('B10.4 re-encrypts everything of one organization while two instances serve, without one failed request', async () => {
    const organization = await TestOrganization.create(first);
    const elsewhere = await TestOrganization.create(first);
    const ids = await addPatients(organization.id, PATIENTS);
    await addPatients(elsewhere.id, 1);
    const [before] = await keysOf(organization.id);
    const staff = await organization.addMember('receptionist');
    const callers = [await signIn(first, staff), await signIn(second, staff)];
    const untouched = await organization
      .as('receptionist')
      .then((caller) => caller.get(`/v1/patients/${ids[PATIENTS - 1]}`));

    const load = new Load(callers, ids.slice(0, 200));
    const { ended } = start('rotate-data', '--organization', organization.id);
    await vi.waitFor(async () => expect(await keysOf(organization.id)).toHaveLength(2), { timeout: PATIENCE_MS });
    const [current] = await keysOf(organization.id);
    await vi.waitFor(async () => expect(await keysInUse(organization.id)).toEqual([current?.id]), {
      timeout: PATIENCE_MS,
    });
    await letTimePass();
    const { code, output } = await ended;
    await load.stop();
    if (PATIENTS > 1000) console.log(output, `${load.answers} answers, ${load.failures.length} failed`);

    expect(load.failures).toEqual([]);
    expect(load.answers).toBeGreaterThan(20);
    expect(output).toMatch(/^\d+ of \d+ rows$/m);
    expect(output).toMatch(/^\d{3,} rows re-encrypted, 0 left under an old key\.$/m);
    expect(code).toBe(0);
    expect(current?.id).not.toBe(before?.id);
    expect(await eventsOf(organization.id)).toContain('crypt_key_rotated');
    expect(await keysInUse(organization.id)).toEqual([current?.id]);
    expect(await keysInUse(elsewhere.id)).not.toContain(current?.id);

    const reader = await organization.as('receptionist');
    const after = await reader.get(`/v1/patients/${ids[PATIENTS - 1]}`);
    expect(after.body).toEqual(untouched.body);
    const notes = await asOwner<{ count: number }>(`SELECT count(*)::int FROM "MedicalRecord" WHERE note LIKE $1`, [
      `v2.${current?.id}.%`,
    ]);
    expect(notes).toEqual([{ count: PATIENTS }]);
  });

  it('B10.4 is taken up by every instance for the next write', async () => {
    const organization = await TestOrganization.create(first);
    const staff = await organization.addMember('receptionist');
    const callers = [await signIn(first, staff), await signIn(second, staff)];
    for (const caller of callers) expect((await caller.post('/v1/patients', somePatient)).status).toBe(201);
    // Nothing is re-encrypted: the row is held, so that only the server can have used the new key.
    const holder = await hold(organization.id);
    const { child, ended } = start('rotate-data', '--organization', organization.id);
    await vi.waitFor(async () => expect(await keysOf(organization.id)).toHaveLength(2), { timeout: PATIENCE_MS });
    const [current] = await keysOf(organization.id);
    for (const caller of callers) {
      await vi.waitFor(
        async () => {
          const { body } = await caller.post('/v1/patients', somePatient);
          expect(keyIdOf(await storedPhone(String(body['id'])))).toBe(current?.id);
        },
        { timeout: 1000 },
      );
    }
    child.kill('SIGKILL');
    await ended;
    await holder.release();
  });

  it('B10.4 goes on where it was killed, and overwrites nothing that changed meanwhile', async () => {
    const organization = await TestOrganization.create(first);
    const ids = await addPatients(organization.id, 120);
    const held = ids[60] ?? '';
    const reader = await organization.as('receptionist');
    // Somebody is in the middle of changing a row: it cannot be finished, however quick the command is.
    const phone = '+442079460999';
    const change = async (value: string) => {
      const { etag } = (await reader.get(`/v1/patients/${held}`)).headers;
      return reader.patch(`/v1/patients/${held}`, { phone: value }, { headers: { 'if-match': String(etag) } });
    };
    expect((await change(phone)).status).toBe(200);
    const changed = await storedPhone(held);
    expect((await change(somePatient.phone)).status).toBe(200);
    const holder = await hold(organization.id, held, changed);

    const { child, ended } = start('rotate-data', '--organization', organization.id);
    await once(child.stdout ?? child, 'data');
    const another = await start('rotate-data', '--organization', organization.id).ended;
    expect(another).toMatchObject({ code: 1, output: '' });
    expect(another.errors).toBe(`A rotation of ${organization.id} is running: wait for its end.\n`);
    child.kill('SIGKILL');
    expect((await ended).code).toBeNull();

    expect(await keysInUse(organization.id)).toHaveLength(2);
    expect((await reader.get(`/v1/patients/${held}`)).status).toBe(200);
    await holder.release();

    await letTimePass();
    const resumed = await start('rotate-data', '--organization', organization.id).ended;
    expect(resumed).toMatchObject({ code: 0, errors: '' });
    expect(resumed.output).toContain('An interrupted rotation was finished');
    expect(resumed.output).toContain('0 left under an old key');
    const [current, ...others] = await keysOf(organization.id);
    expect(others).toHaveLength(1);
    expect(await keysInUse(organization.id)).toEqual([current?.id]);
    expect((await reader.get(`/v1/patients/${held}`)).body).toMatchObject({ phone });
    for (const id of [ids[0], ids[119]]) {
      expect((await reader.get(`/v1/patients/${id}`)).body).toMatchObject({ phone: somePatient.phone });
    }
  });

  it('B10.2 B10.4 leaves what does not open, names it and fails; --force rotates all the same', async () => {
    const organization = await TestOrganization.create(first);
    const ids = await addPatients(organization.id, 3);
    await asOwner(`UPDATE "Patient" SET phone = (SELECT phone FROM "Patient" WHERE id = $2) WHERE id = $1`, [
      ids[0],
      ids[1],
    ]);
    const run = async (...flags: string[]) => {
      const { ended } = start('rotate-data', '--organization', organization.id, ...flags);
      const passing = setInterval(() => void letTimePass(), 300);
      return ended.finally(() => clearInterval(passing));
    };
    const outcome = await run();
    expect(outcome.code).toBe(1);
    expect(outcome.output).toContain('8 rows re-encrypted, 1 left under an old key.');
    expect(outcome.output).toContain(`crypt_decrypt_fail: Patient.phone of ${ids[0]} does not open`);
    expect(await eventsOf(organization.id)).toContain('crypt_decrypt_fail');
    expect((await run()).output).toContain('An interrupted rotation was finished');
    expect((await run('--force')).output).toContain('The data key is a new one.');
    expect(await keysOf(organization.id)).toHaveLength(3);
    expect(await keysInUse(organization.id)).toHaveLength(2);
  });

  it('B10.4 re-encrypts what belongs to no organization, JSON too', async () => {
    const organization = await TestOrganization.create(first);
    const member = await organization.addMember('clinician');
    const { client } = first.get(Database);
    const token = { id: newId(), purpose: 'sign_up' as const, tokenHash: randomBytes(32), expiresAt: new Date() };
    await client.oneTimeToken.create({ data: { ...token, context: { email: 'ada@test.example' } } });
    const { ended } = start('rotate-data', '--organization', 'none');
    const passing = setInterval(() => void letTimePass(), 300);
    expect(await ended.finally(() => clearInterval(passing))).toMatchObject({ code: 0, errors: '' });
    const [current] = await keysOf(null);
    const left = await asOwner(
      `SELECT id FROM "TotpFactor" WHERE secret NOT LIKE $1
       UNION ALL SELECT id FROM "OneTimeToken" WHERE context #>> '{}' NOT LIKE $1`,
      [`v2.${current?.id}.%`],
    );
    expect(left).toEqual([]);
    const read = await second.get(Database).client.oneTimeToken.findUnique({ where: { id: token.id } });
    expect(read?.context).toEqual({ email: 'ada@test.example' });
    const factor = await second.get(Database).client.totpFactor.findUnique({ where: { userId: member.userId } });
    expect(factor?.secret).toBe(member.totpSecret);
  });

  it.each([
    ['text that is no id', ['rotate-data', '--organization', "' OR true"], 'Say which one'],
    [
      'an unknown organization',
      ['rotate-data', '--organization', '0190a0b0-0000-7000-8000-000000000001'],
      'There is no',
    ],
    ['an unknown command', ['destroy'], 'It is one of rotate-data, rewrap, shred'],
  ])('refuses %s', async (_what, args, words) => {
    const { code, errors, output } = await start(...args).ended;
    expect(code).toBe(1);
    expect(output).toBe('');
    expect(errors).toContain(words);
  });
});

describe('npm run keys:rewrap', () => {
  it('B10.4 puts every data key under the first key-encryption key while servers serve, and the old one can go', async () => {
    const organization = await TestOrganization.create(first);
    const [id] = await addPatients(organization.id, 1);
    const reader = await organization.as('receptionist');
    const turned = [young, old].join(',');
    const before = await asOwner<{ id: string }>(`SELECT * FROM "DataKey" WHERE "wrappedKey" IS NOT NULL`);

    const startedAt = new Date();
    const { code, output } = await startWith(turned, 'rewrap').ended;
    expect(output).toBe(`${before.length} data keys rewrapped: all are under the current key-encryption key.\n`);
    expect(code).toBe(0);
    const wrappings = await asOwner(`SELECT DISTINCT "wrappedBy" FROM "DataKey" WHERE "wrappedKey" IS NOT NULL`);
    expect(wrappings).toEqual([{ wrappedBy: 'young' }]);
    const wrappedSince = `SELECT FROM "DataKey" WHERE "wrappedKey" IS NOT NULL AND "wrappedAt" > $1`;
    expect(await asOwner(wrappedSince, [startedAt])).toHaveLength(before.length);
    expect((await reader.get(`/v1/patients/${id}`)).status).toBe(200);

    const without = await startApp({ DATABASE_URL: urls.serverUrl, KEY_ENCRYPTION_KEYS: young });
    expect((await new Caller(without, reader.accessToken).get(`/v1/patients/${id}`)).status).toBe(200);
    await without.close();
    const refusal = startApp({ DATABASE_URL: urls.serverUrl, KEY_ENCRYPTION_KEYS: old });
    await expect(refusal).rejects.toThrow(/"young" is missing/);
  });

  it('A5.3 names the key that it lacks, and changes nothing', async () => {
    const before = await asOwner(`SELECT * FROM "DataKey" ORDER BY id`);
    const { code, errors } = await startWith(newKey('other'), 'rewrap').ended;
    expect(code).toBe(1);
    expect(errors).toMatch(/^the key-encryption key "(?:old|young)" is missing/);
    expect(await asOwner(`SELECT * FROM "DataKey" ORDER BY id`)).toEqual(before);
  });
});

describe('npm run keys:shred', () => {
  it('B10.4 makes an organization unreadable for good, in memory, in the database and in a backup of its rows', async () => {
    const organization = await TestOrganization.create(first);
    const [id = ''] = await addPatients(organization.id, 2);
    const staff = await organization.addMember('receptionist');
    const callers = [await signIn(first, staff), await signIn(second, staff)];
    for (const caller of callers) expect((await caller.get(`/v1/patients/${id}`)).status).toBe(200);
    const backup = await asOwner<{ row: string }>(`SELECT to_jsonb(p)::text AS row FROM "Patient" p WHERE id = $1`, [
      id,
    ]);

    for (const flags of [[], ['--yes', 'Clinic'], ['--yes', organization.id]]) {
      expect((await start('shred', '--organization', organization.id, ...flags).ended).code).toBe(1);
    }
    expect((await callers[0]?.get(`/v1/patients/${id}`))?.status).toBe(200);
    const yes = ['--yes', `Clinic ${organization.id}`];
    const { code, output } = await start('shred', '--organization', organization.id, ...yes).ended;
    expect(code).toBe(0);
    expect(output).toBe('1 data keys destroyed: what they encrypted cannot be read again.\n');
    expect(await eventsOf(organization.id)).toContain('crypt_key_destroyed');

    for (const caller of callers) {
      await vi.waitFor(async () => expect((await caller.get(`/v1/patients/${id}`)).status).toBe(500), {
        timeout: 1000,
      });
      expect((await caller.post('/v1/patients', somePatient)).status).toBe(500);
    }
    // Restored from the backup, next to the keys that there are.
    await asOwner(`DELETE FROM "Patient" WHERE id = $1`, [id]);
    await asOwner(`INSERT INTO "Patient" SELECT (jsonb_populate_record(NULL::"Patient", $1::jsonb)).*`, [
      backup[0]?.row,
    ]);
    const fresh = await startApp({ DATABASE_URL: urls.serverUrl, KEY_ENCRYPTION_KEYS: [young, old].join(',') });
    expect((await new Caller(fresh, callers[0]?.accessToken).get(`/v1/patients/${id}`)).status).toBe(500);
    await fresh.close();
    const rotation = await start('rotate-data', '--organization', organization.id).ended;
    expect(rotation.code).toBe(1);
    expect(rotation.errors).toMatch(/not available/);
  });
});

/** The commands are processes of their own: what they have raised is known from the trail. */
async function eventsOf(organizationId: string): Promise<string[]> {
  const sql = `SELECT name FROM "AuditEvent" WHERE "organizationId" = $1`;
  const names = (await asOwner<{ name: string }>(sql, [organizationId])).map(({ name }) => name);
  for (const name of names) noteRaised(name);
  return names;
}

async function storedPhone(patientId: string): Promise<string> {
  const [row] = await asOwner<{ phone: string }>(`SELECT phone FROM "Patient" WHERE id = $1`, [patientId]);
  return row?.phone ?? '';
}

/** Locks rows of the organization as a request in the middle of its transaction does, until it is released. */
async function hold(organizationId: string, id?: string, phone?: string): Promise<{ release(): Promise<void> }> {
  const client = new pg.Client({ connectionString: urls.ownerUrl });
  await client.connect();
  await client.query('BEGIN');
  if (id === undefined) {
    await client.query(`SELECT FROM "Patient" WHERE "organizationId" = $1 FOR NO KEY UPDATE`, [organizationId]);
  } else {
    await client.query(`UPDATE "Patient" SET phone = $2 WHERE id = $1`, [id, phone]);
  }
  return {
    release: async () => {
      await client.query('COMMIT');
      await client.end();
    },
  };
}
