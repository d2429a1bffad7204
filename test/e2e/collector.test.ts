import { readFileSync } from 'node:fs';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { SecurityEvents, type RecordedEvent } from '../../src/platform/audit/index.js';
import { newId } from '../../src/platform/crypto/index.js';
import { Metrics } from '../../src/platform/telemetry/index.js';
import { startApp } from '../support/app.ts';
import { Caller } from '../support/caller.ts';
import { selfSigned } from '../support/certificate.ts';
import { productionSettings } from '../support/production.ts';
import { Rsyslog, RSYSLOG } from '../support/rsyslog.ts';
import { lacksTool } from '../support/tools.ts';

const TIME_TO_ARRIVE = { timeout: 15_000, interval: 100 };
let collector: Rsyslog;
let app: NestFastifyApplication | undefined;
const happened: RecordedEvent[] = [];

async function start(settings: Readonly<Record<string, string>> = {}): Promise<NestFastifyApplication> {
  app = await startApp({ ...collector.settings, ...settings });
  happened.length = 0;
  app.get(SecurityEvents).subscribe((event) => happened.push(event));
  return app;
}

/** A request from a page of somebody else's, of which there is an event; how long its answer took. */
async function offend(): Promise<number> {
  if (app === undefined) throw new Error('the application is not there');
  const began = performance.now();
  const { status } = await new Caller(app).get('/v1/nowhere', { headers: { origin: 'https://evil.example' } });
  expect(status).toBe(404);
  return performance.now() - began;
}

async function valueOf(name: string): Promise<number | undefined> {
  const metric = app?.get(Metrics).registry.getSingleMetric(name);
  return (await metric?.get())?.values[0]?.value;
}

async function alarms(): Promise<number | undefined> {
  const { values = [] } =
    (await app?.get(Metrics).registry.getSingleMetric('rampart_security_events_total')?.get()) ?? {};
  return values.find(({ labels }) => labels['event'] === 'sys_collector_lost')?.value;
}

const idsOf = (events: ReturnType<Rsyslog['received']>) =>
  events.map(({ object }) => (object['metadata'] as { uid: string }).uid);

/** At least once: whoever collects tells copies by the id of the event. */
const expectAllToArrive = () =>
  vi.waitFor(() => {
    const arrived = new Set(idsOf(collector.received()));
    expect(happened.filter(({ id }) => !arrived.has(id)).map(({ name }) => name)).toEqual([]);
  }, TIME_TO_ARRIVE);

const isConnected = () =>
  vi.waitFor(async () => expect(await valueOf('rampart_collector_connected')).toBe(1), TIME_TO_ARRIVE);
const isAway = () =>
  vi.waitFor(async () => expect(await valueOf('rampart_collector_connected')).toBe(0), TIME_TO_ARRIVE);

describe.skipIf(lacksTool(RSYSLOG))('A6.4 security events at a collector', { timeout: 60_000 }, () => {
  beforeAll(async () => {
    collector = await Rsyslog.create();
  });
  afterEach(async () => {
    await app?.close();
    app = undefined;
  });
  afterAll(() => collector.stop());

  it('arrive over TLS, as RFC 5424 has them, in the form of the shipped schema', async () => {
    await start();
    await offend();
    const secret = 'Correct-Horse-Battery-9';
    app
      ?.get(SecurityEvents)
      .note({ name: 'authz_fail', reason: 'canary', facts: { password: secret, text: 'a\r\n<13>1 b' } });
    await expectAllToArrive();
    const events = collector.received();
    expect(events).toContainEqual(
      expect.objectContaining({ facility: 'audit', severity: 'notice', app: 'rampart', name: 'malicious_cors' }),
    );
    expect(events.find(({ object }) => object['status_detail'] === 'canary')?.object['unmapped']).toEqual({
      password: '[REDACTED]',
      text: 'a\r\n<13>1 b',
    });
    expect(JSON.stringify(events)).not.toContain(secret);
    const schema = JSON.parse(readFileSync('deploy/monitoring/ocsf-event.schema.json', 'utf8')) as object;
    const validate = formats.default(new Ajv2020({ strictRequired: false })).compile(schema);
    for (const { object } of events) expect(validate(object), JSON.stringify(validate.errors)).toBe(true);
  });

  it('are shortened where they are longer than receivers take, and stay JSON', async () => {
    await start();
    const ids = Array.from({ length: 200 }, newId);
    app?.get(SecurityEvents).note({ name: 'sensitive_read', target: { type: 'patient', ids } });
    await expectAllToArrive();
    const read = collector.received().find(({ name }) => name === 'sensitive_read');
    expect(read?.object['unmapped']).toEqual({ isShortened: true });
    expect(read?.object['resources']).toHaveLength(20);
  });

  it('wait while it is away, and nobody waits for them; then all are there', async () => {
    await start();
    await isConnected();
    const before: number[] = [];
    for (let i = 0; i < 30; i += 1) before.push(await offend());
    // It dies with what it was sent and has not read.
    collector.freeze();
    for (let i = 0; i < 20; i += 1) await offend();
    expect(await valueOf('rampart_collector_events_waiting')).toBe(0);
    await collector.kill();
    const meanwhile: number[] = [];
    for (let i = 0; i < 200; i += 1) meanwhile.push(await offend());
    await isAway();
    expect(happened.map(({ name }) => name)).toContain('sys_collector_lost');
    expect(happened.length).toBeGreaterThan(200);
    const medianOf = (times: number[]) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
    expect(medianOf(meanwhile)).toBeLessThan(3 * medianOf(before) + 10);
    await collector.start();
    await isConnected();
    await expectAllToArrive();
    expect(happened.map(({ name }) => name)).toContain('sys_collector_restored');
    expect(await valueOf('rampart_collector_events_lost_total')).toBe(0);
  });

  it('wait as well while it is there and takes nothing', async () => {
    await start();
    await isConnected();
    collector.freeze();
    const facts = { text: 'x'.repeat(7000) };
    for (let i = 0; i < 2000; i += 1) app?.get(SecurityEvents).note({ name: 'malicious_cors', facts });
    expect(await valueOf('rampart_collector_events_waiting')).toBeGreaterThan(100);
    expect(await offend()).toBeLessThan(5000);
    collector.thaw();
    await expectAllToArrive();
  });

  it('beyond the bound the oldest go, and are counted', async () => {
    await collector.kill();
    await start({ SYSLOG_BUFFER: '50' });
    for (let i = 0; i < 80; i += 1) await offend();
    const lost = (await valueOf('rampart_collector_events_lost_total')) ?? 0;
    expect(lost).toBeGreaterThanOrEqual(30);
    expect(await valueOf('rampart_collector_events_waiting')).toBe(50);
    await collector.start();
    await isConnected();
    await vi.waitFor(async () => {
      const arrived = new Set(idsOf(collector.received()));
      const missing = happened.filter(({ id }) => !arrived.has(id)).length;
      // What was noted before we listened may be among the lost.
      expect(missing).toBeLessThanOrEqual(await lostNow());
    }, TIME_TO_ARRIVE);
  });

  it.each([
    ['whose certificate another authority has signed', () => ({ SYSLOG_CA_PATH: selfSigned('other.pem', 2) })],
    ['that is not the one of its certificate', () => ({ SYSLOG_URL: `syslog+tls://localhost:${collector.port}` })],
    ['that asks for our certificate and gets none', () => ({ SYSLOG_CLIENT_PATH: '' })],
  ])('A2.2 do not go to a collector %s', async (_what, settings) => {
    await start(settings());
    app?.get(SecurityEvents).note({ name: 'authz_fail', reason: 'for-nobody' });
    await vi.waitFor(async () => expect(await alarms()).toBe(1), TIME_TO_ARRIVE);
    expect(await valueOf('rampart_collector_connected')).toBe(0);
    expect(JSON.stringify(collector.received())).not.toContain('for-nobody');
  });
});

const lostNow = async () => (await valueOf('rampart_collector_events_lost_total')) ?? 0;

describe('A2.2 A6.4 a collector', () => {
  it.each([
    'syslog://127.0.0.1:514',
    'tcp://127.0.0.1:6514',
    'syslog+tls://user:pw@host',
    'syslog+tls://',
    '127.0.0.1:6514',
  ])('is not reached without TLS: %s', async (url) => {
    for (const settings of [{}, await productionSettings()])
      await expect(startApp({ ...settings, SYSLOG_URL: url })).rejects.toThrow(/SYSLOG_URL: must have the form/);
  });

  it('that is not configured costs nothing and alarms nobody', async () => {
    const other = await startApp();
    const text = await other.get(Metrics).registry.metrics();
    await other.close();
    expect(text).toContain('# TYPE rampart_collector_connected gauge');
    expect(text).not.toMatch(/^rampart_collector_connected/m);
  });
});
