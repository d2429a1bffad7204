import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { workerDatabase } from '../support/database.ts';
import { lacksTool } from '../support/tools.ts';

/** What psql says, with the login of the server; `ON_ERROR_STOP` makes a refusal its exit code. */
async function psql(sql: string): Promise<string> {
  const { serverUrl } = await workerDatabase();
  const run = promisify(execFile)('psql', [serverUrl, '-v', 'ON_ERROR_STOP=1', '-tA', '-c', sql]);
  return run.then(
    ({ stdout }) => stdout,
    (error: unknown) => String((error as { stderr?: string }).stderr),
  );
}

describe.skipIf(lacksTool('psql'))('the audit trail, in psql with the login of the server', () => {
  const roles = ['', 'SET ROLE rampart_app; '];
  const changes = ['AuditEvent', 'AuditSeal'].flatMap((table) => [
    `UPDATE "${table}" SET ${table === 'AuditEvent' ? '"reason" = NULL' : '"mac" = NULL'}`,
    `DELETE FROM "${table}"`,
    `TRUNCATE "${table}"`,
    `ALTER TABLE "${table}" DISABLE TRIGGER ALL`,
    `DROP TABLE "${table}"`,
  ]);

  it.each(roles.flatMap((role) => changes.map((change) => `${role}${change}`)))('B11.2 refuses %s', async (sql) => {
    expect(await psql(sql)).toMatch(/permission denied|must be owner/);
  });

  it('B11.2 can be read and added to by the server', async () => {
    const add = `INSERT INTO "AuditEvent" (id, "occurredAt", name, outcome, "actorKind") VALUES (gen_random_uuid(), now(), 'sys_startup', 'success', 'system') RETURNING 'added'`;
    expect(await psql(`SET ROLE rampart_app; ${add}`)).toContain('added');
    expect(await psql(`SET ROLE rampart_app; SELECT 'read' FROM "AuditEvent" LIMIT 1`)).toContain('read');
  });
});
