import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/platform/crypto/index.js';
import type { Database } from '../../src/platform/database/index.js';
import { separateDatabase } from '../support/database.ts';
import { asOwner, clientOf, openDatabase, query } from './open-database.ts';

const RING = `first:${Buffer.alloc(32, 7).toString('base64')}`;

const recipe = readFileSync(join(import.meta.dirname, '../../docs/recipes/read-a-value-without-rampart.md'), 'utf8');
const blockOf = (language: string) => new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(recipe)?.[1] ?? '';

let database: Database;
let client: Database['client'];
let organizationId: string;

beforeAll(async () => {
  database = await openDatabase();
  organizationId = await newOrganization();
  client = clientOf(database, organizationId);
});
afterAll(() => database.onApplicationShutdown());

async function newOrganization(connection = database): Promise<string> {
  const id = newId();
  await connection.client.organization.create({ data: { id, name: id } });
  return id;
}

const patientOf = (owner: string, secrets: Partial<Secrets> = {}) => ({
  id: newId(),
  organizationId: owner,
  givenName: 'Ada',
  familyName: 'Lovelace',
  birthDate: new Date('1984-02-29'),
  nationalId: 'AB-1234567-C',
  phone: '+442079460123',
  address: '12 St James Square, London',
  ...secrets,
});

interface Secrets {
  readonly nationalId: string;
  readonly phone: string;
  readonly address: string;
}

/** What PostgreSQL can keep, which is every text without NUL. */
const anyText = fc.string({ unit: 'grapheme', maxLength: 60 }).filter((text) => !text.includes('\0'));
const anySecrets = fc.record({ nationalId: anyText, phone: anyText, address: anyText });
const anyChange = fc.record({ nationalId: anyText, phone: anyText, address: anyText }, { requiredKeys: [] });

const storedRow = async (id: string) => {
  const [row] = await asOwner<Record<string, string>>(
    `SELECT "nationalId", phone, address FROM "Patient" WHERE id = $1`,
    [id],
  );
  return row ?? {};
};

type Write = (row: ReturnType<typeof patientOf>) => Promise<unknown>;

/** Each way to make a row that the extension knows. */
const writes: Readonly<Record<string, Write>> = {
  create: (data) => client.patient.create({ data }),
  createMany: (data) => client.patient.createMany({ data: [data] }),
  createManyAndReturn: (data) => client.patient.createManyAndReturn({ data: [data] }),
};

describe('whatever is written', () => {
  it.each(Object.entries(writes))(
    'B10.1 B10.5 is what is read, and ciphertext in between: %s',
    async (_name, write) => {
      await fc.assert(
        fc.asyncProperty(anySecrets, fc.array(anyChange, { maxLength: 3 }), async (secrets, changes) => {
          const row = patientOf(organizationId, secrets);
          await write(row);
          for (const data of changes) await client.patient.update({ where: { id: row.id }, data });
          const expected = Object.assign({}, secrets, ...changes) as Secrets;
          for (const read of [
            await client.patient.findFirst({ where: { id: row.id } }),
            (await client.patient.findMany({ where: { id: row.id } }))[0],
          ]) {
            expect(read).toMatchObject(expected);
          }
          const stored = await storedRow(row.id);
          for (const column of Object.keys(expected)) {
            expect(stored[column]).toMatch(/^v2\.[0-9a-f-]{36}\.[\w-]{38,}$/);
          }
        }),
        { numRuns: 25 },
      );
    },
  );

  it('B10.1 B10.5 keeps its form when it is JSON', async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue()), async (context) => {
        const id = newId();
        const tokenHash = Buffer.from(newId().replaceAll('-', '').repeat(2), 'hex');
        const expiresAt = new Date(Date.now() + 60_000);
        const expected: unknown = JSON.parse(JSON.stringify(context));
        await database.client.oneTimeToken.create({
          data: { id, purpose: 'sign_up', tokenHash, expiresAt, context: expected as object },
        });
        const read = await database.client.oneTimeToken.findUnique({ where: { id } });
        expect(read?.context).toEqual(expected);
        const [row] = await asOwner<{ context: unknown }>(`SELECT context FROM "OneTimeToken" WHERE id = $1`, [id]);
        expect(row?.context).toMatch(/^v2\./);
      }),
      { numRuns: 25 },
    );
  });
});

describe('a row that was moved to another organization as a whole', () => {
  it('B10.2 does not open there: its keys are not theirs', async () => {
    const elsewhere = await newOrganization();
    const row = patientOf(organizationId);
    await client.patient.create({ data: row });
    await asOwner(`UPDATE "Patient" SET "organizationId" = $1 WHERE id = $2`, [elsewhere, row.id]);
    const theirs = clientOf(database, elsewhere);
    await expect(theirs.patient.findFirst({ where: { id: row.id } })).rejects.toMatchObject({
      name: 'CiphertextRefused',
    });
  });
});

describe('SQL of our own', () => {
  it('B10.5 is refused when its result has ciphertext', async () => {
    const row = patientOf(organizationId);
    await client.patient.create({ data: row });
    const read = client.$queryRaw`SELECT id, phone FROM "Patient" WHERE id = ${row.id}::uuid`;
    await expect(read).rejects.toMatchObject({
      name: 'UnsupportedOnEncryptedModel',
      message: expect.stringContaining('through the model'),
    });
    const names = await client.$queryRaw`SELECT "givenName" FROM "Patient" WHERE id = ${row.id}::uuid`;
    expect(names).toEqual([{ givenName: 'Ada' }]);
  });
});

describe('a blind index', () => {
  it('B10.3 is not written by hand', async () => {
    const data = { ...patientOf(organizationId), nationalIdIndex: Buffer.alloc(32) };
    const refusal = { name: 'UnsupportedOnEncryptedModel' };
    await expect(client.patient.create({ data })).rejects.toMatchObject(refusal);
    const change = client.patient.update({ where: { id: data.id }, data: { nationalIdIndex: Buffer.alloc(32) } });
    await expect(change).rejects.toMatchObject(refusal);
  });

  it('B10.3 is never absent', async () => {
    const row = patientOf(organizationId);
    await client.patient.create({ data: row });
    const removal = asOwner(`UPDATE "Patient" SET "nationalIdIndex" = NULL WHERE id = $1`, [row.id]);
    await expect(removal).rejects.toMatchObject({ constraint: 'Patient_nationalIdIndex_present' });
  });
});

describe('docs/recipes/read-a-value-without-rampart.md', () => {
  async function inputOf(ownerUrl: string, id: string): Promise<Record<string, unknown>> {
    const [row] = await query<{ json_build_object: Record<string, unknown> }>(
      ownerUrl,
      blockOf('sql').replace('<id of the patient>', id),
    );
    return { ...row?.json_build_object, ring: RING };
  }

  it('A5.5 B10.1 reads a value with nothing of ours, and refuses one that was moved', async () => {
    // With a key-encryption key that the test knows.
    const { serverUrl, ownerUrl } = await separateDatabase();
    const own = await openDatabase({ KEY_ENCRYPTION_KEYS: RING, DATABASE_URL: serverUrl });
    const owner = await newOrganization(own);
    const row = patientOf(owner, { phone: '+41 44 668 18 00, Ünïcode 🏥' });
    await clientOf(own, owner).patient.create({ data: row });
    await own.onApplicationShutdown();
    const input = await inputOf(ownerUrl, row.id);
    expect(await read(input)).toBe(row.phone);
    await expect(read({ ...input, rowId: newId() })).rejects.toThrow(/authenticate/);
    await expect(read({ ...input, column: 'address' })).rejects.toThrow(/authenticate/);
  });

  const read = async (input: object) => {
    const program = ['--input-type=module', '--eval', blockOf('js')];
    const { stdout } = await promisify(execFile)(process.execPath, program, {
      env: { ...process.env, INPUT: JSON.stringify(input) },
    });
    return stdout;
  };
});
