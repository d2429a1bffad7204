import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/platform/crypto/index.js';
import { DatabaseConfig } from '../../src/platform/database/database.config.js';
import type { Database } from '../../src/platform/database/index.js';
import { createPool } from '../../src/platform/database/pool.js';
import { tenantModels } from '../../src/platform/database/tenant-models.js';
import { testConfig } from '../support/app.ts';
import { workerDatabase } from '../support/database.ts';
import { asOwner, clientOf, openDatabase } from './open-database.ts';

const REFUSED = { code: '42501' };

/** Asked before there is an actor, or across organizations: docs/adr/0026-row-level-security.md. */
const WITHOUT_POLICY = [
  'ApiKey',
  'AuditEvent',
  'DataKey',
  'IpRule',
  'Membership',
  'OwnerProposal',
  'SecurityAlert',
  'SecurityMeasure',
  'Session',
];

let database: Database;
/** Raw SQL with the login of the server. */
let server: pg.Client;
let north: Clinic;
let south: Clinic;

interface Clinic {
  readonly organizationId: string;
  readonly patientId: string;
}

beforeAll(async () => {
  database = await openDatabase();
  [north, south] = await Promise.all([openClinic(), openClinic()]);
  server = new pg.Client({ connectionString: (await workerDatabase()).serverUrl, options: '-c role=rampart_app' });
  await server.connect();
});
afterAll(() => Promise.all([server.end(), database.onApplicationShutdown()]));

function patientRow(organizationId: string, id = newId()) {
  const name = { givenName: 'A', familyName: 'B', birthDate: new Date(0) };
  return { id, organizationId, ...name, nationalId: 'AB-1234', phone: '+442079460123', address: 'C' };
}

/** One row in every table of the tenants. */
async function openClinic(): Promise<Clinic> {
  const [organizationId, clinicianId, patientId] = [newId(), newId(), newId()];
  const client = clientOf(database, organizationId);
  await client.organization.create({ data: { id: organizationId, name: organizationId } });
  await client.patient.create({ data: patientRow(organizationId, patientId) });
  const key = { organizationId, patientId };
  await client.careAssignment.create({ data: { ...key, clinicianId } });
  const record = { id: newId(), ...key, authorId: clinicianId, kind: 'diagnosis' as const };
  await client.medicalRecord.create({ data: { ...record, note: 'A note.', recordedAt: new Date() } });
  const claim = {
    scopeHash: randomBytes(32),
    fingerprint: randomBytes(32),
    lockedUntil: new Date(),
    expiresAt: new Date(),
  };
  await client.idempotencyKey.create({ data: { id: newId(), organizationId, ...claim }, select: { id: true } });
  const statement = { membersDigest: randomBytes(32), statedById: clinicianId };
  await client.recertification.create({ data: { id: newId(), organizationId, ...statement } });
  await client.breakGlass.create({
    data: { id: newId(), ...key, clinicianId, reason: 'An emergency.', expiresAt: new Date() },
  });
  return { organizationId, patientId };
}

async function as(organizationId: string | undefined, sql: string, values: unknown[] = []) {
  await server.query(`SELECT set_config('app.organization_id', $1, false)`, [organizationId ?? '']);
  return server.query<Record<string, unknown>>(sql, values);
}

describe('row-level policies', () => {
  it('A1.4 are on every table that belongs to an organization, but for those that are listed with a reason', async () => {
    const tables = await asOwner<{ name: string; isEnabled: boolean; policies: string }>(
      `SELECT c.relname AS name, c.relrowsecurity AS "isEnabled",
         (SELECT string_agg(p.roles::text || ' ' || p.cmd || ' ' || p.permissive, ', ') FROM pg_policies p
          WHERE p.tablename = c.relname) AS policies
       FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organizationId'
       WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace`,
    );
    const guarded = tables.filter(({ isEnabled }) => isEnabled);
    expect(guarded.map(({ name }) => name).toSorted()).toEqual([...tenantModels].toSorted());
    for (const { policies } of guarded) expect(policies).toBe('{rampart_app} ALL PERMISSIVE');
    const others = tables.filter(({ isEnabled }) => !isEnabled).map(({ name }) => name);
    expect(others.toSorted()).toEqual(WITHOUT_POLICY);
  });

  describe.each(tenantModels)('on %s', (table) => {
    const count = async (organizationId: string | undefined) => {
      const { rows } = await as(organizationId, `SELECT DISTINCT "organizationId" AS id FROM "${table}"`);
      return rows.map(({ id }) => id);
    };

    it('A1.4 show nothing when no organization is set', async () => {
      expect(await count(undefined)).toEqual([]);
      await server.query('RESET app.organization_id');
      expect((await server.query(`SELECT FROM "${table}"`)).rowCount).toBe(0);
    });

    it('A1.4 show the rows of the organization that is set, and no others', async () => {
      expect(await count(north.organizationId)).toEqual([north.organizationId]);
      expect(await count(south.organizationId)).toEqual([south.organizationId]);
      expect(await count(newId())).toEqual([]);
    });

    it.each([
      ['change', `UPDATE "${table}" SET "createdAt" = now()`],
      ['delete', `DELETE FROM "${table}"`],
    ])('A1.4 let nobody %s the rows of another organization', async (_what, sql) => {
      const { rowCount } = await as(north.organizationId, `${sql} WHERE "organizationId" = $1`, [south.organizationId]);
      expect(rowCount).toBe(0);
    });

    it('A1.4 let nobody move a row to another organization', async () => {
      const move = as(north.organizationId, `UPDATE "${table}" SET "organizationId" = $1`, [south.organizationId]);
      await expect(move).rejects.toMatchObject(REFUSED);
    });

    it('A1.4 let nobody add a row to another organization, or without one', async () => {
      const copy = `INSERT INTO "${table}" SELECT (jsonb_populate_record(t, jsonb_build_object('organizationId', $1::text))).*
                    FROM "${table}" t`;
      await expect(as(north.organizationId, copy, [south.organizationId])).rejects.toMatchObject(REFUSED);
    });
  });

  it('A1.4 add nothing where no organization is set', async () => {
    const { organizationId, patientId } = north;
    const assignment = { organizationId, patientId, clinicianId: newId() };
    await expect(database.client.careAssignment.create({ data: assignment })).rejects.toThrow(/row-level security/);
    // Where there is something to encrypt, it does not even come to that.
    await expect(database.client.patient.create({ data: patientRow(organizationId) })).rejects.toThrow(
      /no organization whose keys/,
    );
  });

  it('A1.4 are an error, and no rows, when what is set is no organization at all', async () => {
    await expect(as('nonsense', 'SELECT FROM "Patient"')).rejects.toThrow(/uuid/);
  });
});

describe('connections of the server', () => {
  const idsSeenBy = async ({ organizationId }: Pick<Clinic, 'organizationId'>) => {
    // Of a repository that has forgotten its condition.
    const rows = await clientOf(database, organizationId).patient.findMany({ select: { organizationId: true } });
    return [...new Set(rows.map((row) => row.organizationId))];
  };

  it('A1.4 show each of many at the same time the rows of their own organization', async () => {
    const turns = Array.from({ length: 200 }, (_, index) => (index % 2 === 0 ? north : south));
    const seen = await Promise.all(turns.map(idsSeenBy));
    expect(seen).toEqual(turns.map(({ organizationId }) => [organizationId]));
  });

  it('A1.4 show nothing to whoever comes next without an organization', async () => {
    await Promise.all(Array.from({ length: 50 }, () => idsSeenBy(north)));
    const found = await Promise.all(Array.from({ length: 50 }, () => database.client.patient.count()));
    expect(new Set(found)).toEqual(new Set([0]));
  });

  it('A1.4 stay with the organization that a transaction began with, and forget it afterwards', async () => {
    const seen = await database.asOrganization(north.organizationId, () =>
      database.inTransaction((tx) => tx.patient.findMany({ select: { organizationId: true } })),
    );
    expect(seen).toEqual([{ organizationId: north.organizationId }]);
    const refused = database.asOrganization(north.organizationId, () =>
      database.inTransaction(async () => {
        throw new Error('rolled back');
      }),
    );
    await expect(refused).rejects.toThrow('rolled back');
    expect(await database.client.patient.count()).toBe(0);
  });

  it.each(['findUnique', 'findUniqueOrThrow'] as const)(
    'A1.4 refuse %s, which Prisma would merge with that of another request',
    async (operation) => {
      const read = clientOf(database, north.organizationId).patient[operation]({ where: { id: north.patientId } });
      await expect(read).rejects.toMatchObject({ name: 'BatchedReadRefused' });
    },
  );

  it('A1.4 are closed when the organization cannot be set, and not handed out as they were', async () => {
    const pool = createPool((await testConfig({ DATABASE_POOL_SIZE: '1' })).get(DatabaseConfig));
    const count = () => pool.query<{ n: number }>('SELECT count(*)::int AS n FROM "Patient"');
    try {
      const { rows } = await database.asOrganization(north.organizationId, count);
      expect(rows).toEqual([{ n: 1 }]);
      const client = await database.asOrganization(north.organizationId, () => pool.connect());
      const { rows: backend } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      // The statement that sets it fails from here on; others do not.
      await client.query('DEALLOCATE ALL');
      client.release();
      await expect(database.asOrganization(south.organizationId, count)).rejects.toMatchObject({ code: '26000' });
      const { rows: next } = await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      expect(next).not.toEqual(backend);
      expect((await database.asOrganization(south.organizationId, count)).rows).toEqual([{ n: 1 }]);
    } finally {
      await pool.end();
    }
  });
});
