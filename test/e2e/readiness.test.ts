import { randomBytes } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Sealer } from '../../src/features/audit-log/sealer.js';
import { SecurityEvents } from '../../src/platform/audit/index.js';
import { ManagementListener } from '../../src/platform/health/index.js';
import { JobQueue } from '../../src/platform/jobs/index.js';
import { Metrics } from '../../src/platform/telemetry/index.js';
import { startApp } from '../support/app.ts';
import { Caller } from '../support/caller.ts';
import { StoppedClock } from '../support/clock.ts';
import { separateDatabase, type DatabaseUrls } from '../support/database.ts';
import { somePatient, TestOrganization } from '../support/organization.ts';

const KEYS = `a:${randomBytes(32).toString('base64')}`;
let urls: DatabaseUrls;
let app: NestFastifyApplication | undefined;
let management = '';

/** On a database of its own, whose trail is sealed by hand. */
beforeEach(async () => {
  urls = await separateDatabase();
  vi.spyOn(JobQueue.prototype, 'repeat').mockReturnValue();
});
afterEach(() => app?.close());

async function start(settings: Readonly<Record<string, string>> = {}): Promise<NestFastifyApplication> {
  app = await startApp({ DATABASE_URL: urls.serverUrl, KEY_ENCRYPTION_KEYS: KEYS, ...settings });
  management = await app.get(ManagementListener).listen();
  return app;
}

async function asOwner(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: urls.ownerUrl });
  await client.connect();
  await client.query(statement);
  await client.end();
}

async function report(): Promise<{ status: number; checks: Record<string, string> }> {
  const response = await fetch(`${management}/health/ready`);
  const { checks } = (await response.json()) as { checks: Record<string, string> };
  return { status: response.status, checks };
}

async function valueOf(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number | undefined> {
  const { values = [] } = (await app?.get(Metrics).registry.getSingleMetric(name)?.get()) ?? {};
  const isMeant = (own: Partial<Record<string, string | number>>) =>
    Object.entries(labels).every(([label, value]) => own[label] === value);
  return values.find((one) => isMeant(one.labels))?.value;
}

/** The first patient makes a data key. */
async function admitPatient(of: NestFastifyApplication): Promise<void> {
  const clinician = await (await TestOrganization.create(of)).as('clinician');
  expect((await clinician.post('/v1/patients', somePatient)).status).toBe(201);
}

describe('PT.2 readiness', () => {
  it('tells operators of everything that it looks at', async () => {
    await start();
    expect(await report()).toEqual({
      status: 200,
      checks: {
        database: 'ok',
        migrations: 'ok',
        keys: 'ok',
        process: 'ok',
        'key-encryption-keys': 'ok',
        'audit-seal': 'ok',
      },
    });
  });

  it('is not there while the newest migration is not applied, and comes with it', async () => {
    const newest = `migration_name = (SELECT max(migration_name) FROM _prisma_migrations)`;
    await asOwner(`UPDATE _prisma_migrations SET finished_at = NULL WHERE ${newest}`);
    await start();
    expect(await report()).toMatchObject({ status: 503, checks: { database: 'ok', migrations: 'failed' } });
    await asOwner(`UPDATE _prisma_migrations SET finished_at = now() WHERE ${newest}`);
    expect(await report()).toMatchObject({ status: 200, checks: { migrations: 'ok' } });
  });

  it('tells when a key-encryption key does not unwrap, within a minute', async () => {
    const running = await start();
    await admitPatient(running);
    const clock = new StoppedClock(running);
    expect((await report()).checks).toMatchObject({ 'key-encryption-keys': 'ok' });
    await asOwner(`UPDATE "DataKey" SET "wrappedKey" = set_byte("wrappedKey", 20, get_byte("wrappedKey", 20) # 1)`);
    expect((await report()).checks).toMatchObject({ 'key-encryption-keys': 'ok' });
    clock.advance(61);
    // All instances share the keys: nobody is better served when none takes traffic.
    expect(await report()).toMatchObject({ status: 200, checks: { 'key-encryption-keys': 'failed' } });
    expect(await valueOf('rampart_check_ok', { check: 'key-encryption-keys' })).toBe(0);
  });

  it('PT.3 B11.2 tells when events wait for their seal, and for how long', async () => {
    const running = await start();
    await running.get(SecurityEvents).record({ name: 'authz_change' });
    const clock = new StoppedClock(running);
    expect(await valueOf('rampart_audit_unsealed_age_seconds')).toBeLessThan(60);
    clock.advance(11 * 60);
    expect(await valueOf('rampart_audit_unsealed_age_seconds')).toBeGreaterThan(650);
    expect(await report()).toMatchObject({ status: 200, checks: { 'audit-seal': 'failed' } });
    await running.get(Sealer).seal();
    expect((await report()).checks).toMatchObject({ 'audit-seal': 'ok' });
    expect(await valueOf('rampart_audit_unsealed_age_seconds')).toBe(0);
  });
});

describe('PT.1 the metrics tell', () => {
  it('what is remembered of sessions and keys, and how often it was not', async () => {
    const running = await start();
    const clinician = await (await TestOrganization.create(running)).as('clinician');
    const misses = () => valueOf('rampart_cache_misses_total', { cache: 'sessions' });
    const before = (await misses()) ?? 0;
    for (let i = 0; i < 5; i += 1) expect((await clinician.get('/v1/patients')).status).toBe(200);
    expect((await misses()) ?? 0).toBeLessThanOrEqual(before + 1);
    expect(await valueOf('rampart_cache_entries', { cache: 'sessions' })).toBeGreaterThan(0);
    expect(await valueOf('rampart_cache_entries', { cache: 'api-keys' })).toBe(0);
  });

  it('who is over which budget', async () => {
    const running = await start({ THROTTLE_SCALE: '1' });
    const labels = { holder: 'address', class: 'unrouted' };
    const stranger = new Caller(running);
    for (let i = 0; i < 120; i += 1) expect((await stranger.get('/v1/nowhere')).status).toBe(404);
    expect(await valueOf('rampart_throttled_total', labels)).toBe(0);
    expect((await stranger.get('/v1/nowhere')).status).toBe(429);
    expect(await valueOf('rampart_throttled_total', labels)).toBe(1);
  });

  it('how old the oldest data key is, and nothing where there is none', async () => {
    const running = await start();
    expect(await valueOf('rampart_data_key_start_timestamp_seconds')).toBeUndefined();
    await admitPatient(running);
    await asOwner(`UPDATE "DataKey" SET "createdAt" = '2026-01-02T00:00:00Z' WHERE "organizationId" IS NOT NULL`);
    expect(await valueOf('rampart_data_key_start_timestamp_seconds')).toBe(Date.UTC(2026, 0, 2) / 1000);
    await asOwner(`UPDATE "DataKey" SET "retiredAt" = now() WHERE "organizationId" IS NOT NULL`);
    expect(await valueOf('rampart_data_key_start_timestamp_seconds')).not.toBe(Date.UTC(2026, 0, 2) / 1000);
  });
});
