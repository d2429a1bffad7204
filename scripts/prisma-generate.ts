import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { readDataClasses, writeDataClasses } from './data-classes.ts';
import { Failure, runScript } from './bootstrap/failure.mjs';
import { fingerprint, isUnchanged, remember } from './bootstrap/fingerprint.mjs';

const usage = `npm run generate

Generates the database client and the table of data classes from prisma/schema, and the name of the newest migration, unless
prisma/ is as it was generated from last.
  --force   even then`;

const output = 'src/platform/database/generated';
const classTable = 'src/platform/data-classes/generated/field-classes.ts';
const migrationName = `${output}/newest-migration.ts`;
const marker = 'node_modules/.cache/rampart/generated';

function main(): void {
  if (process.argv.includes('--help')) return console.log(usage);
  const current = fingerprint(['prisma/schema', 'prisma/migrations', 'package-lock.json']);
  if (
    !process.argv.includes('--force') &&
    [output, classTable, migrationName].every(existsSync) &&
    isUnchanged(marker, current)
  )
    return;
  const classes = readDataClasses(globSync('prisma/schema/*.prisma').map((file) => readFileSync(file, 'utf8')));
  // The CLI fetches a native schema engine before any command, from outside the registry, unless it is told where one
  // is. `generate` never starts it, so any program will do.
  const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' };
  const run = spawnSync(process.execPath, ['node_modules/prisma/build/index.js', 'generate'], {
    env,
    encoding: 'utf8',
  });
  if (run.status !== 0) throw new Failure(`The database client could not be generated: ${run.stderr || run.stdout}`);
  mkdirSync(dirname(classTable), { recursive: true });
  writeFileSync(classTable, writeDataClasses(classes));
  writeFileSync(migrationName, `export const newestMigration = '${newestMigration()}';\n`);
  remember(marker, current);
  console.log(`Generated ${output} and ${classTable}.`);
}

/** What the server wants to find applied before it takes traffic. */
function newestMigration(): string {
  const last = globSync('prisma/migrations/*/migration.sql').toSorted().at(-1);
  if (last === undefined) throw new Failure('There are no migrations in prisma/migrations.');
  return basename(dirname(last));
}

await runScript(main);
