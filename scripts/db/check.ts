import { Failure, runScript } from '../bootstrap/failure.mjs';
import { differenceToSchema } from './difference.ts';

const usage = `npm run db:check

Fails when prisma/schema says something else than prisma/migrations, and prints the difference as SQL. Needs no database
of yours: it replays the migrations in a scratch one.`;

async function main(): Promise<void> {
  if (process.argv.includes('--help')) return console.log(usage);
  const difference = await differenceToSchema();
  if (difference === undefined) return console.log('Migrations and schema agree.');
  console.log(difference);
  throw new Failure('The schema has changes without a migration: npm run db:new -- <name> writes it.');
}

await runScript(main);
