import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, runScript } from '../bootstrap/failure.mjs';
import { differenceToSchema } from './difference.ts';
import { migrationsFolder } from './engine.ts';

const usage = `npm run db:new -- <name>

Writes prisma/migrations/<time>_<name>/migration.sql with what leads from the migrations to prisma/schema. Read it before
you commit it: npm run db:migrate applies it as it stands.`;

async function main(): Promise<void> {
  const [name] = process.argv.slice(2);
  if (name === '--help') return console.log(usage);
  if (name === undefined || !/^[a-z][a-z0-9_]{0,49}$/.test(name)) {
    throw new Failure(
      'Name the migration in lower case letters, digits and underscores: npm run db:new -- add_allergies',
    );
  }
  const sql = await differenceToSchema();
  if (sql === undefined) throw new Failure('Migrations and schema agree: there is nothing to write.');
  const folder = join(migrationsFolder, `${timestamp(new Date())}_${name}`);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'migration.sql');
  writeFileSync(file, sql.trimEnd() + grantsFor(sql));
  console.log(`Wrote ${file}. Read it, then npm run db:migrate.`);
}

/** Prisma's own form: 14 digits, UTC. */
function timestamp(now: Date): string {
  return now.toISOString().replaceAll(/\D/g, '').slice(0, 14);
}

/** The server owns nothing and is granted nothing by default, so each new table says what the server may do with it. */
function grantsFor(sql: string): string {
  const tables = [...sql.matchAll(/^CREATE TABLE ("[^"]+")/gm)].map(([, table]) => table);
  const grants = tables.map((table) => `GRANT SELECT, INSERT, UPDATE, DELETE ON ${table} TO rampart_app;`);
  return grants.length === 0
    ? '\n'
    : `\n\n-- What the server may do. Take away what it does not need.\n${grants.join('\n')}\n`;
}

await runScript(main);
