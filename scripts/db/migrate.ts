import { DatabaseError } from 'pg';
import { Failure, runScript } from '../bootstrap/failure.mjs';
import { connect } from './connection.ts';
import { type Engine, engineMessage, nothingExternal, readMigrations, withEngine } from './engine.ts';
import { withOwnerUrl } from './owner-database.ts';

const usage = `npm run db:migrate

Applies the migrations in prisma/migrations that the database does not have yet, as the owner of the database
(DATABASE_MIGRATION_URL, else DATABASE_URL, else the embedded database). Safe to run at any time and by several at once.
  --retry <name>   first forget a failed attempt at this migration, after you have undone what it left behind`;

/** Any number, the same for all who migrate this database. */
const advisoryLock = 4_268_219;

async function main(): Promise<void> {
  const [option, name] = process.argv.slice(2);
  if (option === '--help') return console.log(usage);
  await withOwnerUrl(async (url) => {
    const guard = await connect(url);
    try {
      await guard.query('SELECT pg_advisory_lock($1)', [advisoryLock]);
      await withEngine(url, async (opened) => {
        if (option === '--retry' && name !== undefined)
          await opened.engine.markMigrationRolledBack({ migrationName: name });
        await apply(opened);
      });
    } finally {
      await guard.end();
    }
  });
}

async function apply(opened: Engine): Promise<void> {
  const migrationsList = readMigrations();
  if (migrationsList.migrationDirectories.length === 0)
    throw new Failure('There are no migrations in prisma/migrations.');
  await refuseEarlierFailure(opened);
  try {
    const { appliedMigrationNames } = await opened.engine.applyMigrations({ migrationsList, filters: nothingExternal });
    for (const applied of appliedMigrationNames) console.log(`Applied ${applied}.`);
    if (appliedMigrationNames.length === 0) console.log('The database is up to date.');
  } catch (error) {
    throw await explain(opened, error);
  }
}

async function failedMigrations({ engine }: Engine): Promise<string[]> {
  const input = { migrationsList: readMigrations(), optInToShadowDatabase: false, filters: nothingExternal };
  return (await engine.diagnoseMigrationHistory(input)).failedMigrationNames;
}

async function refuseEarlierFailure(opened: Engine): Promise<void> {
  const [failed] = await failedMigrations(opened);
  if (failed === undefined) return;
  throw new Failure(
    `An earlier attempt at ${failed} was interrupted: undo what it left in the database, then run npm run db:migrate -- --retry ${failed}.`,
  );
}

/** PostgreSQL's insufficient_privilege. */
const insufficientPrivilege = '42501';

async function explain(opened: Engine, error: unknown): Promise<Failure> {
  const cause = opened.lastError();
  if (!(cause instanceof DatabaseError)) {
    return new Failure(`The migrations could not be applied: ${engineMessage(error)}`, { cause: error });
  }
  // A migration runs as one transaction, so an SQL error has undone all of it and the next run may try again. One that
  // ends transactions itself is not ours to judge: it stays marked as failed.
  const [name = 'a migration'] = await failedMigrations(opened);
  const script = scriptOf(name);
  if (!/\bcommit\b/i.test(script)) await opened.engine.markMigrationRolledBack({ migrationName: name });
  const line =
    cause.position === undefined ? '' : ` (line ${script.slice(0, Number(cause.position)).split('\n').length})`;
  const advice =
    cause.code === insufficientPrivilege
      ? ' The migration role needs CREATEROLE once, or an administrator runs CREATE ROLE rampart_app NOLOGIN for it.'
      : '';
  return new Failure(`Migration ${name}${line} failed and was undone: ${cause.message}.${advice}`, { cause: error });
}

function scriptOf(name: string): string {
  const content = readMigrations().migrationDirectories.find(({ path }) => path === name)?.migrationFile.content;
  return content?.tag === 'ok' ? content.value : '';
}

await runScript(main);
// The engine leaves a timer of ten seconds behind, for the lock that it did get.
process.exit();
