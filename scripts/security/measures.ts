import { Failure, runScript } from '../bootstrap/failure.mjs';
import { connect } from '../db/connection.ts';
import { withOwnerUrl } from '../db/owner-database.ts';

const usage = `npm run security:measures -- list | lift <id>

Shows what detection has slowed down or blocked, addresses included, and takes it back: every instance hears of it at once.
Owners see and lift what concerns callers of their organization by the API; addresses are the operator's.`;

const inForce = `"liftedAt" IS NULL AND "expiresAt" > now()`;

/** With its event, as when an owner does it: one statement, so neither is there without the other. @control B12.2 B11.3 */
const LIFT = `
  WITH lifted AS (
    UPDATE "SecurityMeasure" SET "liftedAt" = now() WHERE "id" = $1 AND ${inForce}
    RETURNING "id", "organizationId", "kind", "subject"
  ), event AS (
    INSERT INTO "AuditEvent"
      ("id", "organizationId", "occurredAt", "name", "outcome", "actorKind", "targetType", "targetIds", "reason", "changes")
    SELECT gen_random_uuid(), "organizationId", now(), 'authz_change', 'success', 'system', 'security-measure', ARRAY["id"],
      'measure-lifted', jsonb_build_object('measure', jsonb_build_object('from', "kind", 'to', NULL))
    FROM lifted
  )
  SELECT "kind", "subject" FROM lifted`;

async function main(): Promise<void> {
  const [command, id] = process.argv.slice(2);
  if (command === '--help') return console.log(usage);
  if (command === 'list' && id === undefined) return withOwnerUrl(list);
  if (command === 'lift' && id !== undefined && /^[0-9a-f-]{36}$/i.test(id))
    return withOwnerUrl((url) => lift(url, id));
  throw new Failure(usage);
}

async function list(url: string): Promise<void> {
  const rows = await query(
    url,
    `SELECT "id", "kind", "subject", "point", "expiresAt" FROM "SecurityMeasure" WHERE ${inForce} ORDER BY "createdAt"`,
  );
  if (rows.length === 0) console.log('Nothing is in force.');
  else console.table(rows);
}

async function lift(url: string, id: string): Promise<void> {
  const rows = await query(url, LIFT, [id]);
  const [lifted] = rows;
  if (lifted === undefined) throw new Failure('No such measure is in force.');
  console.log(`Lifted: ${String(lifted['kind'])} of ${String(lifted['subject'])}.`);
}

async function query(url: string, text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  const client = await connect(url);
  try {
    return (await client.query<Record<string, unknown>>(text, values)).rows;
  } finally {
    await client.end();
  }
}

await runScript(main);
