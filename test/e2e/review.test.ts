import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { connect } from '../../scripts/db/connection.ts';
import { databaseFacts } from '../../scripts/review/database-facts.ts';
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

interface Ended {
  readonly code: number;
  readonly stdout: string;
}

function audit(args: readonly string[], settings: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const database = { DATABASE_URL: urls.serverUrl, DATABASE_MIGRATION_URL: urls.ownerUrl, KEY_ENCRYPTION_KEYS: KEYS };
  const env = { PATH: process.env['PATH'], ...database, ...settings };
  return promisify(execFile)(process.execPath, ['scripts/review/audit-security.ts', ...args], { env }).then(
    ({ stdout }) => ({ code: 0, stdout }),
    (failure: unknown) => failure as Ended,
  );
}

const verify = (file: string): Promise<Ended> => audit(['--verify', file]);

/** Its breaches that are about this database: the state of the checkout is for another test. */
async function review(settings: Readonly<Record<string, string>> = {}) {
  const file = join(mkdtempSync(join(tmpdir(), 'rampart-test-')), 'review.json');
  const { code, stdout } = await audit(['--output', file], settings);
  const report = JSON.parse(readFileSync(file, 'utf8')) as {
    facts: { commit: string; settings: Record<string, string> };
    review: { breaches: { finding: string }[] };
  };
  const breaches = report.review.breaches.map(({ finding }) => finding);
  expect(code).toBe(breaches.length > 0 ? 1 : 0);
  const ours = /^(?:dormant|data key|key-encryption|organization|recertification|audit chain)/;
  return { file, stdout, facts: report.facts, breaches: breaches.filter((one) => ours.test(one)) };
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

  it('writes evidence that is signed, and finds when it was tampered with', async () => {
    const { file, facts, stdout } = await review({ LOG_LEVEL: 'debug', ALERT_EMAIL: 'ada@test.example' });
    expect(stdout).toContain(`${file}.jws: its signature`);
    expect(facts.commit).toMatch(/^[0-9a-f]{40}$/);
    expect(facts.settings).toMatchObject({ LOG_LEVEL: 'debug', KEY_ENCRYPTION_KEYS: 'set', ALERT_EMAIL: 'set' });
    expect(await verify(file)).toMatchObject({ code: 0 });
    const no = { code: 1, stdout: expect.stringContaining('NOT as it was signed') as string };
    writeFileSync(file, readFileSync(file, 'utf8').replace('"breaches": [', '"breaches": [ '));
    expect(await verify(file)).toMatchObject(no);
    rmSync(`${file}.jws`);
    expect(await verify(file)).toMatchObject(no);
  });

  it('finds what stands still, what is ownerless and what was altered, and names nobody', async () => {
    await asOwner(`
      UPDATE "Session" SET "lastSeenAt" = now() - interval '200 days';
      UPDATE "ApiKey" SET "createdAt" = now() - interval '100 days', "lastUsedAt" = NULL;
      UPDATE "DataKey" SET "createdAt" = now() - interval '400 days', "wrappedAt" = now() - interval '740 days'
      WHERE "organizationId" IS NULL;
      UPDATE "Organization" SET "createdAt" = now() - interval '93 days';
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
        'key-encryption key a',
        `organization ${organizationId}`,
        `recertification ${organizationId}`,
      ].toSorted(),
    );
    expect(stdout).not.toContain('@test.example');
  });
});

describe('B20.3 the review looks at when access was looked at:', () => {
  const lastReviews = async () => {
    const client = await connect(urls.ownerUrl);
    const { recertifications } = await databaseFacts(client);
    await client.end();
    return recertifications.map(({ name, since }) => [name, Math.round((Date.now() - since.getTime()) / 86_400_000)]);
  };

  it('before the first review, on the first day of the organization', async () => {
    expect(await lastReviews()).toEqual([[organizationId, 93]]);
  });

  it('on the day when the last one was confirmed, and not when one was stated', async () => {
    const add = (stated: number, confirmed: string) =>
      asOwner(`INSERT INTO "Recertification"
        ("id", "organizationId", "membersDigest", "statedById", "createdAt", "confirmedById", "confirmedAt")
        SELECT gen_random_uuid(), '${organizationId}', '', gen_random_uuid(), now() - interval '${stated} days', ${confirmed}`);
    await add(60, `gen_random_uuid(), now() - interval '60 days'`);
    await add(51, `gen_random_uuid(), now() - interval '50 days'`);
    await add(1, 'NULL, NULL');
    expect(await lastReviews()).toEqual([[organizationId, 50]]);
  });

  it('never where nobody is a member but one', async () => {
    await asOwner(`DELETE FROM "Membership" WHERE "userId" = '${userId}'`);
    expect(await lastReviews()).toEqual([]);
  });
});
