import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, inject, it, vi } from 'vitest';
import { lacksTool } from '../support/tools.ts';
import { query } from './open-database.ts';

// Each test starts programs, which take their time when the other worker does as well.
vi.setConfig({ testTimeout: 60_000 });

interface Outcome {
  code: number;
  output: string;
}

const prisma = resolve('prisma');
const psql = 'psql';
const scripts = resolve('scripts/db');
const database = `${inject('testDatabase').prefix}${process.env['VITEST_POOL_ID'] ?? '0'}_migrations`;
const asSuperuser = (sql: string) => query(inject('testDatabase').superuserUrl, sql);

let folder: string;
let url: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rampart-migrations-'));
  const owner = new URL(inject('testDatabase').ownerUrl);
  owner.pathname = `/${database}`;
  url = owner.href;
});
beforeEach(async () => {
  rmSync(join(folder, 'prisma'), { recursive: true, force: true });
  cpSync(prisma, join(folder, 'prisma'), { recursive: true });
  await asSuperuser(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
  await asSuperuser(`CREATE DATABASE ${database} OWNER rampart_owner`);
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await asSuperuser(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
});

/** The shipped command, on a copy of prisma/ and an empty database. */
function command(name: string, ...args: string[]): Promise<Outcome> {
  const options = { cwd: folder, env: { ...process.env, DATABASE_MIGRATION_URL: url } };
  const all = ['--disable-warning=ExperimentalWarning', join(scripts, `${name}.ts`), ...args];
  return new Promise((done) => {
    execFile(process.execPath, all, options, (error, stdout, stderr) => {
      done({ code: typeof error?.code === 'number' ? error.code : 0, output: `${stdout}${stderr}` });
    });
  });
}

function addMigration(name: string, sql: string): void {
  mkdirSync(join(folder, 'prisma/migrations', name), { recursive: true });
  writeFileSync(join(folder, 'prisma/migrations', name, 'migration.sql'), sql);
}

const later = '20990101000000_later';
const tables = () =>
  query<{ name: string }>(url, `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`);

it('applies what is missing, once, however many run at the same time', async () => {
  const outcomes = await Promise.all([command('migrate'), command('migrate')]);
  expect(outcomes.map(({ code }) => code)).toEqual([0, 0]);
  expect(outcomes.filter(({ output }) => output.includes('Applied'))).toHaveLength(1);
  expect(await command('migrate')).toEqual({ code: 0, output: 'The database is up to date.\n' });
});

it('undoes a migration that fails, says why, and applies it when it is mended', async () => {
  addMigration(later, 'CREATE TABLE "Half" (id int);\nALTER TABLE "Nowhere" ADD x int;');
  const failure = await command('migrate');
  expect(failure.code).toBe(1);
  expect(failure.output).toContain(`Migration ${later} failed and was undone: relation "Nowhere" does not exist.`);
  expect(await tables()).not.toContainEqual({ name: 'Half' });
  addMigration(later, `CREATE TABLE "Half" (id int);\nDO $$ BEGIN PERFORM 1; PERFORM 2; END $$;`);
  expect(await command('migrate')).toEqual({ code: 0, output: `Applied ${later}.\n` });
});

it('stops at a migration that was interrupted, until it is told to try again', async () => {
  await command('migrate');
  addMigration(later, 'CREATE TABLE "Half" (id int);');
  await query(
    url,
    `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at) VALUES ('x', 'x', '${later}', now())`,
  );
  expect(await command('migrate')).toMatchObject({ code: 1, output: expect.stringContaining(`--retry ${later}`) });
  expect(await command('migrate', '--retry', later)).toEqual({ code: 0, output: `Applied ${later}.\n` });
});

it('tells a database that does not answer from a wrong password, and shows neither', async () => {
  const right = url;
  url = right.replace(/:[^:@]*@/, ':wrong-password@');
  const wrong = await command('migrate');
  url = right;
  expect(wrong.code).toBe(1);
  expect(wrong.output).toMatch(
    /^Cannot connect to the database \S+ at 127\.0\.0\.1:\d+ as rampart_owner: password authentication failed/,
  );
  expect(wrong.output).not.toContain('wrong-password');
});

it('finds a schema that has run ahead of the migrations, and writes the one that is missing with its grants', async () => {
  expect(await command('check')).toEqual({ code: 0, output: 'Migrations and schema agree.\n' });
  expect(await command('new', 'nothing')).toMatchObject({ code: 1 });
  writeFileSync(join(folder, 'prisma/schema/allergies.prisma'), 'model Allergy {\n  id String @id @db.Uuid\n}\n');
  const drift = await command('check');
  expect(drift.code).toBe(1);
  expect(drift.output).toContain('CREATE TABLE "Allergy"');
  expect(await command('new', 'Not a name')).toMatchObject({ code: 1 });
  expect(await command('new', 'add_allergies')).toMatchObject({ code: 0 });
  const written = readdirSync(join(folder, 'prisma/migrations')).find((name) => /^\d{14}_add_allergies$/.test(name));
  const sql = readFileSync(join(folder, 'prisma/migrations', written ?? '', 'migration.sql'), 'utf8');
  expect(sql).toContain('GRANT SELECT, INSERT, UPDATE, DELETE ON "Allergy" TO rampart_app;');
  expect(await command('check')).toMatchObject({ code: 0 });
});

it.skipIf(lacksTool(psql))('prints an address that psql takes as it is', async () => {
  const { output } = await command('url');
  const answer = execFileSync(psql, [output.trim(), '--no-psqlrc', '-Atc', 'SELECT current_user, current_database()']);
  expect(answer.toString().trim()).toBe(`rampart_owner|${database}`);
});
