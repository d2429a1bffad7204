import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Failure, runScript } from './bootstrap/failure.mjs';
import { connect } from './db/connection.ts';
import { withOwnerUrl } from './db/owner-database.ts';

const usage = `npm run routes:unused [-- --days 90]

Names the routes of docs/routes.md that nobody has called for so many days: what could be deprecated, or switched off. The
server writes the last use of each route down about once a minute. Young records say little: the first line tells their age.`;

const DAY_MS = 86_400_000;

interface Use {
  readonly route: string;
  readonly lastUsedAt: Date;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { help: { type: 'boolean' }, days: { type: 'string', default: '90' } },
  });
  if (values.help === true) return console.log(usage);
  const days = Number(values.days);
  if (!Number.isInteger(days) || days < 1) throw new Failure('--days takes a whole number of days.');

  const { uses, recordedSince } = await withOwnerUrl(readUses);
  const lastUses = new Map(uses.map(({ route, lastUsedAt }) => [route, lastUsedAt]));
  const limit = Date.now() - days * DAY_MS;
  const unused = inventory().filter((route) => (lastUses.get(route)?.getTime() ?? 0) < limit);
  console.log(`Uses are recorded since ${recordedSince?.toISOString().slice(0, 10) ?? 'never'}.`);
  for (const route of unused)
    console.log(`${lastUses.get(route)?.toISOString().slice(0, 10) ?? 'never     '}  ${route}`);
  console.log(`${unused.length} of ${inventory().length} routes were not called in the last ${days} days.`);
}

/** The table came with the migration that made it: that is how old its silence can be. */
async function readUses(url: string): Promise<{ uses: Use[]; recordedSince: Date | undefined }> {
  const client = await connect(url);
  try {
    const { rows: uses } = await client.query<Use>('SELECT "route", "lastUsedAt" FROM "RouteUse"');
    const { rows } = await client.query<{ at: Date }>(
      `SELECT finished_at AS at FROM _prisma_migrations WHERE migration_name LIKE '%_route_uses'`,
    );
    return { uses, recordedSince: rows[0]?.at };
  } finally {
    await client.end();
  }
}

function inventory(): string[] {
  const rows = readFileSync('docs/routes.md', 'utf8').matchAll(/^\| ([A-Z]+) +\| `([^`]+)`/gm);
  return [...rows].map(([, method = '', path = '']) => `${method} ${path}`);
}

await runScript(main);
