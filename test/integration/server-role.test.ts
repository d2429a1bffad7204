import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Prisma } from '../../src/platform/database/index.js';
import { DatabaseConfig } from '../../src/platform/database/database.config.js';
import { createPool } from '../../src/platform/database/pool.js';
import { testConfig } from '../support/app.ts';
import { type DatabaseUrls, workerDatabase } from '../support/database.ts';
import { asOwner, openDatabase, query, withLogin } from './open-database.ts';

const INSUFFICIENT_PRIVILEGE = '42501';
const tables = Object.values(Prisma.ModelName);

let urls: DatabaseUrls;
/** Connections as the server makes them. */
let server: pg.Pool;
/** The same where DATABASE_URL is the owner's. */
let shortcut: pg.Pool;

async function poolOf(connectionString: string): Promise<pg.Pool> {
  return createPool((await testConfig({ DATABASE_URL: connectionString })).get(DatabaseConfig));
}

beforeAll(async () => {
  urls = await workerDatabase();
  server = await poolOf(urls.serverUrl);
  shortcut = await poolOf(urls.ownerUrl);
});
afterAll(() => Promise.all([server.end(), shortcut.end()]));

describe.each([
  ['with a login of its own', () => server],
  ['with the login of the owner', () => shortcut],
])('the server %s', (_login, pool) => {
  it('A1.4 works as rampart_app', async () => {
    const { rows } = await pool().query('SELECT current_user AS name');
    expect(rows).toEqual([{ name: 'rampart_app' }]);
  });

  it('A3.2 B6.5 ends a statement that runs too long', async () => {
    const { rows } = await pool().query('SHOW statement_timeout');
    expect(rows).toEqual([{ statement_timeout: '5s' }]);
  });

  it.each([
    ['adds no column', 'ALTER TABLE "Patient" ADD COLUMN x int'],
    ['drops no column', 'ALTER TABLE "Patient" DROP COLUMN phone'],
    ['drops no table', 'DROP TABLE "RefreshToken"'],
    ['creates no table', 'CREATE TABLE loot (x int)'],
    ['creates no view', 'CREATE VIEW loot AS SELECT * FROM "User"'],
    ['creates no function', 'CREATE FUNCTION loot() RETURNS int LANGUAGE sql RETURN 1'],
    ['creates no schema', 'CREATE SCHEMA loot'],
    ['creates no index', 'CREATE INDEX loot ON "User" (email)'],
    ['creates no extension', 'CREATE EXTENSION file_fdw'],
    ['empties no table', 'TRUNCATE "Session" CASCADE'],
    ['enables no row-level security', 'ALTER TABLE "Patient" ENABLE ROW LEVEL SECURITY'],
    ['disables no row-level security', 'ALTER TABLE "Patient" DISABLE ROW LEVEL SECURITY'],
    ['unforces no row-level security', 'ALTER TABLE "Patient" NO FORCE ROW LEVEL SECURITY'],
    ['writes no policy', 'CREATE POLICY loot ON "Patient" USING (true)'],
    ['disables no trigger', 'ALTER TABLE "Session" DISABLE TRIGGER ALL'],
    ['drops no trigger', 'DROP TRIGGER session_changed ON "Session"'],
    ['adds no trigger', 'CREATE TRIGGER t AFTER INSERT ON "User" EXECUTE FUNCTION notify_access_change()'],
    ['runs no trigger off', 'SET session_replication_role = replica'],
    [
      'replaces no function',
      'CREATE OR REPLACE FUNCTION notify_access_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$',
    ],
    ['gives itself no table', 'ALTER TABLE "User" OWNER TO rampart_app'],
    ['makes no role', 'CREATE ROLE loot'],
    ['makes itself no superuser', 'ALTER ROLE rampart_app SUPERUSER'],
    ['makes itself no exception to row-level security', 'ALTER ROLE rampart_app BYPASSRLS'],
    ['joins no other role', 'GRANT pg_read_all_data TO rampart_app'],
    ['changes no setting of the server', "ALTER SYSTEM SET log_statement = 'none'"],
    ['reads no password of a role', 'SELECT rolpassword FROM pg_authid'],
    ['reads no file', "SELECT pg_read_file('/etc/hostname')"],
    ['copies from no file', `COPY "User" FROM '/etc/hostname'`],
    ['copies to no file', `COPY "User" TO '/tmp/loot'`],
    ['starts no program', `COPY "User" TO PROGRAM 'cat'`],
    ['imports no large object', "SELECT lo_import('/etc/hostname')"],
    ['reads no migration', 'SELECT * FROM _prisma_migrations'],
    ['adds no migration', `INSERT INTO _prisma_migrations SELECT * FROM _prisma_migrations`],
    ['changes no migration', `UPDATE _prisma_migrations SET checksum = 'x'`],
    ['forgets no migration', 'DELETE FROM _prisma_migrations'],
  ])('A1.4 A7.5 %s', async (_what, statement) => {
    await expect(pool().query(statement)).rejects.toMatchObject({ code: INSUFFICIENT_PRIVILEGE });
  });
});

describe('the role rampart_app and the login of the server', () => {
  const names = ['rampart_app', 'rampart_server'];

  it.each(names)('A1.4 %s is nothing special', async (name) => {
    const rows = await asOwner(
      `SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles WHERE rolname = $1`,
      [name],
    );
    expect(rows).toEqual([
      { rolsuper: false, rolbypassrls: false, rolcreaterole: false, rolcreatedb: false, rolreplication: false },
    ]);
  });

  it.each(names)('A1.4 %s owns nothing', async (name) => {
    const rows = await asOwner(
      `SELECT s.classid::regclass, s.objid FROM pg_shdepend s JOIN pg_roles r ON r.oid = s.refobjid
       WHERE s.deptype = 'o' AND r.rolname = $1`,
      [name],
    );
    expect(rows).toEqual([]);
  });

  it('A1.4 rampart_app cannot log in and is a member of nothing', async () => {
    expect(await asOwner(`SELECT rolcanlogin FROM pg_roles WHERE rolname = 'rampart_app'`)).toEqual([
      { rolcanlogin: false },
    ]);
    expect(await asOwner(`SELECT roleid::regrole FROM pg_auth_members WHERE member = 'rampart_app'::regrole`)).toEqual(
      [],
    );
  });

  it('A1.4 rampart_server is a member of rampart_app alone', async () => {
    const rows = await asOwner(
      `SELECT roleid::regrole::text AS role FROM pg_auth_members WHERE member = 'rampart_server'::regrole`,
    );
    expect(rows).toEqual([{ role: 'rampart_app' }]);
  });

  it.each(['rampart_owner', 'postgres'])('A1.4 the server does not become %s', async (role) => {
    for (const statement of [`SET ROLE ${role}`, `SET SESSION AUTHORIZATION ${role}`])
      await expect(server.query(statement)).rejects.toMatchObject({ code: INSUFFICIENT_PRIVILEGE });
  });

  it('A1.4 the login of the server has no grants but those of rampart_app', async () => {
    await expect(query(urls.serverUrl, 'SELECT 1 FROM pg_tables LIMIT 1')).resolves.toHaveLength(1);
    const rows = await asOwner(
      `SELECT grantee FROM information_schema.role_table_grants WHERE grantee = 'rampart_server'`,
    );
    expect(rows).toEqual([]);
  });
});

describe('grants', () => {
  it('A1.4 are looked for on tables that exist', async () => {
    const rows = await asOwner<{ name: string }>(`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`);
    expect(rows.map(({ name }) => name).toSorted()).toEqual([...tables, '_prisma_migrations'].toSorted());
  });

  // Each migration that makes a table says what the server may do with it. Whoever grants more, or less, says so here as well.
  const everything = ['DELETE', 'INSERT', 'SELECT', 'UPDATE'];
  const less = new Map([
    ['AuditEvent', ['INSERT', 'SELECT']],
    ['AuditSeal', ['INSERT', 'SELECT']],
    ['DataKey', ['INSERT', 'SELECT', 'UPDATE']],
    ['RouteUse', ['INSERT', 'SELECT', 'UPDATE']],
  ]);

  it.each(tables)('A1.4 B11.2 on %s are what its migration says, for the server alone', async (table) => {
    const rows = await asOwner<{ grantee: string; privilege_type: string }>(
      `SELECT grantee, privilege_type FROM information_schema.role_table_grants
       WHERE table_schema = 'public' AND table_name = $1 AND grantee <> 'rampart_owner' ORDER BY 2`,
      [table],
    );
    expect(rows).toEqual(
      (less.get(table) ?? everything).map((privilege_type) => ({ grantee: 'rampart_app', privilege_type })),
    );
  });

  it('A1.4 give nothing to PUBLIC: no table, no column, no sequence, no default', async () => {
    const [found] = await asOwner<Record<string, string>>(
      `SELECT
         (SELECT count(*) FROM pg_class c, aclexplode(c.relacl) a
          WHERE c.relnamespace = 'public'::regnamespace AND a.grantee = 0) AS relations,
         (SELECT count(*) FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid, aclexplode(t.attacl) a
          WHERE c.relnamespace = 'public'::regnamespace AND a.grantee = 0) AS columns,
         (SELECT count(*) FROM pg_default_acl d, aclexplode(d.defaclacl) a WHERE a.grantee = 0) AS defaults,
         (SELECT count(*) FROM pg_namespace n, aclexplode(n.nspacl) a
          WHERE n.nspname = 'public' AND a.grantee = 0 AND a.privilege_type = 'CREATE') AS schemas`,
    );
    expect(found).toEqual({ relations: '0', columns: '0', defaults: '0', schemas: '0' });
  });

  it('A1.4 may not be given on', async () => {
    const rows = await asOwner(
      `SELECT table_name FROM information_schema.role_table_grants
       WHERE table_schema = 'public' AND grantee <> 'rampart_owner' AND is_grantable = 'YES'`,
    );
    expect(rows).toEqual([]);
  });
});

describe('the login of DATABASE_URL', () => {
  const prefix = `rampart_login_${process.pid}`;
  const password = randomBytes(12).toString('hex');
  const logins = {
    plain: '',
    bypass: 'BYPASSRLS',
    creator: 'CREATEROLE',
    heir: 'IN ROLE rampart_owner',
    reader: 'IN ROLE pg_read_all_data',
    program: 'IN ROLE pg_execute_server_program',
  };
  type Login = keyof typeof logins;

  const superuserUrl = () => withLogin(urls.ownerUrl, 'superuser');
  const urlOf = (login: Login) => withLogin(urls.serverUrl, { name: `${prefix}_${login}`, password });

  beforeAll(async () => {
    for (const [login, attributes] of Object.entries(logins)) {
      await query(superuserUrl(), `CREATE ROLE ${prefix}_${login} LOGIN PASSWORD '${password}' ${attributes}`);
      await query(superuserUrl(), `GRANT rampart_app TO ${prefix}_${login}`);
    }
    await query(superuserUrl(), `CREATE ROLE ${prefix}_stranger LOGIN PASSWORD '${password}'`);
  });
  afterAll(async () => {
    for (const login of [...Object.keys(logins), 'stranger'])
      await query(superuserUrl(), `DROP ROLE IF EXISTS ${prefix}_${login}`);
  });

  async function startWith(url: string, mode: 'test' | 'production'): Promise<void> {
    const database = await openDatabase({ DATABASE_URL: url }, mode);
    try {
      await database.refuseUnfitLogin();
    } finally {
      await database.onApplicationShutdown();
    }
  }

  it.each<[string, () => string]>([
    ['of the embedded database', () => urls.serverUrl],
    ['of one’s own that may do nothing but be rampart_app', () => urlOf('plain')],
  ])('A7.5 %s starts in production', async (_what, url) => {
    await expect(startWith(url(), 'production')).resolves.toBeUndefined();
  });

  it.each<[string, () => string]>([
    ['who owns the tables', () => urls.ownerUrl],
    ['who is the superuser', superuserUrl],
    ['who bypasses row-level security', () => urlOf('bypass')],
    ['who makes roles', () => urlOf('creator')],
    ['who may become the owner', () => urlOf('heir')],
    ['who may read all data', () => urlOf('reader')],
    ['who may start programs', () => urlOf('program')],
  ])('A7.5 %s is refused in production', async (_who, url) => {
    await expect(startWith(url(), 'production')).rejects.toMatchObject({ name: 'StartRefused' });
  });

  it('A7.5 who owns the tables is a developer’s shortcut elsewhere', async () => {
    await expect(startWith(urls.ownerUrl, 'test')).resolves.toBeUndefined();
  });

  const changed = (change: (url: URL) => void) => {
    const url = new URL(urls.serverUrl);
    change(url);
    return url.href;
  };

  it.each<[string, () => string]>([
    ['that nobody listens for', () => changed((url) => (url.port = '1'))],
    ['with a wrong password', () => changed((url) => (url.password = 'Tr0ub4dor'))],
    ['that does not exist', () => changed((url) => (url.username = 'nobody'))],
    ['to a database that does not exist', () => changed((url) => (url.pathname = '/nowhere'))],
    ['who is not rampart_app', () => withLogin(urls.serverUrl, { name: `${prefix}_stranger`, password })],
    ['that is no address', () => 'Tr0ub4dor'],
    ['that is half an address', () => 'postgres://server:Tr0ub4dor@'], // secretlint-disable-line -- an example
  ])('A7.5 %s ends the start with one line that does not show the password', async (_what, url) => {
    const error: unknown = await startWith(url(), 'test').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'StartRefused' });
    const { message } = error as Error;
    expect(message).toMatch(/^The database of DATABASE_URL cannot be used: [^\n]+\.$/);
    expect(message).not.toContain('Tr0ub4dor');
    expect(message).not.toContain(new URL(urls.serverUrl).password);
  });
});
