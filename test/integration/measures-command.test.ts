import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../src/platform/crypto/index.js';
import { workerDatabase } from '../support/database.ts';
import { asOwner } from './open-database.ts';

/** What an operator types when detection has shut out the wrong one. */
async function measures(...args: string[]): Promise<{ failed: boolean; said: string }> {
  const env = { ...process.env, DATABASE_MIGRATION_URL: (await workerDatabase()).ownerUrl };
  const command = [process.execPath, ['scripts/security/measures.ts', ...args], { env }] as const;
  return promisify(execFile)(...command).then(
    ({ stdout }) => ({ failed: false, said: stdout }),
    (error: unknown) => {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      return { failed: true, said: stdout + stderr };
    },
  );
}

describe('B12.2 npm run security:measures', () => {
  let id: string;
  let subject: string;
  beforeEach(async () => {
    [id, subject] = [newId(), `user:${newId()}`];
    await asOwner(
      `INSERT INTO "SecurityMeasure" VALUES ($1, NULL, $2, 'block', 'SCAN', now(), now() + interval '1 hour', NULL, NULL)`,
      [id, subject],
    );
  });

  it('shows what is in force, and takes it back once, with an event', async () => {
    expect((await measures('list')).said).toContain(subject);
    expect(await measures('lift', id)).toEqual({ failed: false, said: `Lifted: block of ${subject}.\n` });
    expect((await measures('list')).said).not.toContain(subject);
    expect((await measures('lift', id)).said).toContain('No such measure is in force.');
    const events = await asOwner(
      `SELECT name, "actorKind", reason, "targetType", changes FROM "AuditEvent" WHERE $1 = ANY("targetIds")`,
      [id],
    );
    const changes = { measure: { from: 'block', to: null } };
    const what = { name: 'authz_change', reason: 'measure-lifted', targetType: 'security-measure' };
    expect(events).toEqual([{ ...what, actorKind: 'system', changes }]);
  });

  it.each([[['lift']], [['lift', 'x']], [['end']], [[]]])(
    'does nothing, and says how it is called, for %j',
    async (args) => {
      const { failed, said } = await measures(...args);
      expect(failed).toBe(true);
      expect(said).toContain('list | lift <id>');
    },
  );
});
