import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { Sealer } from '../../src/features/audit-log/sealer.js';
import { JobQueue } from '../../src/platform/jobs/index.js';
import { makeKey } from '../support/api-keys.ts';
import { startApp } from '../support/app.ts';
import { separateDatabase, type DatabaseUrls } from '../support/database.ts';
import { signIn, TestOrganization } from '../support/organization.ts';

const KEYS = `a:${Buffer.alloc(32, 7).toString('base64')}`;
let urls: DatabaseUrls;
let organizationId: string;
let userId: string;
let keyId: string;

beforeAll(async () => {
  await promisify(execFile)(process.execPath, ['scripts/build.ts']);
  urls = await separateDatabase();
  vi.spyOn(JobQueue.prototype, 'repeat').mockReturnValue();
  const app = await startApp({ DATABASE_URL: urls.serverUrl, KEY_ENCRYPTION_KEYS: KEYS });
  const organization = await TestOrganization.create(app);
  organizationId = organization.id;
  await organization.addMember('owner');
  const receptionist = await organization.addMember('receptionist');
  userId = receptionist.userId;
  ({ keyId } = await makeKey(await signIn(app, receptionist)));
  await app.get(Sealer).seal();
  await app.close();
}, 120_000);

/** Its breaches that are about this database: the state of the checkout is for another test. */
async function review() {
  const file = join(mkdtempSync(join(tmpdir(), 'rampart-test-')), 'review.json');
  const { code, stdout } = await promisify(execFile)(
    process.execPath,
    ['scripts/review/audit-security.ts', '--output', file],
    {
      env: {
        PATH: process.env['PATH'],
        DATABASE_URL: urls.serverUrl,
        DATABASE_MIGRATION_URL: urls.ownerUrl,
        KEY_ENCRYPTION_KEYS: KEYS,
      },
    },
  ).then(
    ({ stdout: text }) => ({ code: 0, stdout: text }),
    (failure: unknown) => failure as { code: number; stdout: string },
  );
  const report = JSON.parse(readFileSync(file, 'utf8')) as { review: { breaches: { finding: string }[] } };
  const breaches = report.review.breaches.map(({ finding }) => finding);
  expect(code).toBe(breaches.length > 0 ? 1 : 0);
  return { stdout, breaches: breaches.filter((one) => /^(?:dormant|data key|organization|audit chain)/.test(one)) };
}

async function asOwner(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: urls.ownerUrl });
  await client.connect();
  await client.query(statement);
  await client.end();
}

// docs/recipes/periodic-review.md says what is done here.
describe('B20.1 B20.2 npm run audit:security', () => {
  it('finds nothing in a database that is in order, and says who holds which role', async () => {
    // An old account is not dormant while somebody uses it.
    await asOwner(`UPDATE "User" SET "createdAt" = now() - interval '300 days' WHERE "id" = '${userId}'`);
    const { breaches, stdout } = await review();
    expect(breaches, stdout).toEqual([]);
    expect(stdout).toMatch(/\d+ packages, \d+ direct; \d+ routes\n2 accounts, 1 API keys, \d+ data keys/);
    expect(stdout).toContain(`role  ${organizationId}  owner: 1`);
    expect(stdout).toContain(': whole');
  });

  it('finds what stands still, what is ownerless and what was altered, and names nobody', async () => {
    await asOwner(`
      UPDATE "Session" SET "lastSeenAt" = now() - interval '200 days';
      UPDATE "ApiKey" SET "createdAt" = now() - interval '100 days', "lastUsedAt" = NULL;
      UPDATE "DataKey" SET "createdAt" = now() - interval '400 days' WHERE "organizationId" IS NULL;
      UPDATE "Membership" SET "role" = 'clinician';
      UPDATE "AuditEvent" SET "reason" = 'altered' WHERE "sequence" = (SELECT min("sequence") FROM "AuditEvent");
    `);
    const { breaches, stdout } = await review();
    expect(breaches.toSorted()).toEqual(
      [
        'audit chain',
        'data key none',
        `dormant API key ${keyId}`,
        `dormant account ${userId}`,
        `organization ${organizationId}`,
      ].toSorted(),
    );
    expect(stdout).not.toContain('@test.example');
  });
});
