import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { Sealer } from '../../src/features/audit-log/sealer.js';
import { SecurityEvents } from '../../src/platform/audit/index.js';
import { newId } from '../../src/platform/crypto/index.js';
import { JobQueue } from '../../src/platform/jobs/index.js';
import { startApp } from '../support/app.ts';
import { useProgram } from '../support/built-program.ts';
import { separateDatabase, type DatabaseUrls } from '../support/database.ts';

const program = useProgram('src/audit.ts');
const organizationId = newId();
const KEYS = `a:${Buffer.alloc(32, 7).toString('base64')}`;
let urls: DatabaseUrls;

/** A trail of its own: on the shared one other tests tamper. */
beforeAll(async () => {
  urls = await separateDatabase();
  vi.spyOn(JobQueue.prototype, 'repeat').mockReturnValue();
  const app = await startApp({ DATABASE_URL: urls.serverUrl, KEY_ENCRYPTION_KEYS: KEYS });
  for (const reason of ['first', 'second']) {
    await app.get(SecurityEvents).record({ name: 'authz_change', organizationId, reason });
  }
  await app.get(SecurityEvents).record({ name: 'authz_change', organizationId: newId(), reason: 'elsewhere' });
  await app.get(Sealer).seal();
  await app.close();
}, 60_000);

async function run(...args: string[]) {
  const env = { PATH: process.env['PATH'], DATABASE_URL: urls.serverUrl, KEY_ENCRYPTION_KEYS: KEYS };
  const cwd = mkdtempSync(join(tmpdir(), 'rampart-test-'));
  const call = promisify(execFile)(process.execPath, [resolve(program()), ...args], { env, cwd });
  return call.then(({ stdout, stderr }) => ({ code: 0, stdout, stderr })).catch((failure: unknown) => failure);
}

describe('the commands on the audit trail', () => {
  it('B11.4 export one object of OCSF a line, of one organization when it is named', async () => {
    const { stdout } = (await run('export', '--organization', organizationId)) as { stdout: string };
    const events = stdout.trim().split('\n');
    expect(events.map((line) => JSON.parse(line) as unknown)).toMatchObject(
      ['first', 'second'].map((status_detail) => ({
        status_detail,
        class_uid: 3005,
        metadata: { tenant_uid: organizationId },
      })),
    );
    const { stdout: all } = (await run('export')) as { stdout: string };
    expect(all).toContain('"elsewhere"');
  });

  it('B11.2 verify every chain, and end with 1 when one is not whole', async () => {
    expect(await run('verify', '--anchors')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(organizationId) as string,
    });
    const owner = new pg.Client({ connectionString: urls.ownerUrl });
    await owner.connect();
    await owner.query(`UPDATE "AuditEvent" SET reason = 'x' WHERE reason = 'second'`);
    await owner.end();
    expect(await run('verify')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/NOT WHOLE: .*event-altered/) as string,
    });
  });
});
