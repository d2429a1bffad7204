import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ManagementListener } from '../../src/platform/health/index.js';
import { CompletenessCheck } from '../../src/platform/pipeline/index.js';
import { Metrics } from '../../src/platform/telemetry/index.js';
import { startApp } from '../support/app.ts';
import { ruleExpressions } from '../support/alert-rules.ts';
import { dashboardExpressions } from '../support/dashboards.ts';
import { eventCatalogue } from '../../src/platform/audit/event-catalogue.js';
import { Caller } from '../support/caller.ts';
import { TestOrganization } from '../support/organization.ts';
import { expectProblem } from '../support/problem.ts';
import { portOf } from '../support/raw-request.ts';
import { selfSigned } from '../support/certificate.ts';

let app: NestFastifyApplication;
let management: string;

beforeAll(async () => {
  app = await startApp({ WATCHED_CERTIFICATES: selfSigned('edge.pem', 30) });
  management = await app.get(ManagementListener).listen();
  await app.listen(0, '127.0.0.1');
});

afterAll(() => app.close());

interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

async function scrape(): Promise<Series[]> {
  const response = await fetch(`${management}/metrics`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toContain('text/plain');
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => {
    const [, name = '', labels = '', value = ''] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label = '', is = '']) => [label, is]);
    return { name, labels: Object.fromEntries(pairs) as Record<string, string>, value: Number(value) };
  });
}

async function valueOf(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number | undefined> {
  const isMeant = (series: Series) =>
    series.name === name && Object.entries(labels).every(([label, value]) => series.labels[label] === value);
  const found = (await scrape()).filter(isMeant);
  return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0);
}

describe('PT.1 the metrics', () => {
  it('B14.1 are for operators alone', async () => {
    for (const url of ['/metrics', '/metrics/', '/v1/metrics'])
      expectProblem(await new Caller(app).get(url), 'not-found');
    expect((await fetch(`${management}/metrics`)).status).toBe(200);
  });

  it('count every answer under the template of its route, and how long it took', async () => {
    const clinician = await (await TestOrganization.create(app)).as('clinician');
    const labels = { method: 'GET', route: '/v1/patients/:id' };
    const before = (await valueOf('http_requests_total', { ...labels, status: '404' })) ?? 0;
    await clinician.get(`/v1/patients/${randomUUID()}`);
    await clinician.get(`/v1/patients/${randomUUID()}`);
    expect(await valueOf('http_requests_total', { ...labels, status: '404' })).toBe(before + 2);
    expect(await valueOf('http_request_duration_seconds_count', labels)).toBeGreaterThanOrEqual(2);
  });

  it.each([
    ['a path that nobody knows', 'GET', '/nowhere', '404'],
    ['a broken escape, which the router refuses', 'GET', '/%zz', '400'],
    ['a parameter that is too long', 'GET', `/v1/patients/${'x'.repeat(500)}`, '414'],
  ])('count %s', async (_what, method, url, status) => {
    const labels = { method, route: 'unmatched' };
    const before = (await valueOf('http_requests_total', labels)) ?? 0;
    await new Caller(app).call(method, url);
    expect(await valueOf('http_requests_total', labels), status).toBe(before + 1);
  });

  it('count what is no HTTP', async () => {
    const before = (await valueOf('http_unparsed_requests_total')) ?? 0;
    const socket = connect(portOf(app), '127.0.0.1');
    socket.write('\0\0\0\r\n\r\n');
    socket.resume();
    await once(socket, 'close');
    expect(await valueOf('http_unparsed_requests_total')).toBe(before + 1);
  });

  it('tell of the pool, the hashing, the jobs, the caches, the keys and the process', async () => {
    const names = new Set((await scrape()).map(({ name }) => name));
    for (const name of [
      'rampart_ready',
      'rampart_check_ok',
      'rampart_db_pool_connections',
      'rampart_db_pool_limit',
      'rampart_argon2_hashes',
      'rampart_argon2_queue_limit',
      'rampart_job_tries_total',
      'rampart_jobs_waiting',
      'rampart_cache_entries',
      'rampart_security_events_total',
      'rampart_log_lines_total',
      'rampart_audit_events_lost_total',
      'rampart_notifications_listening',
      'process_resident_memory_bytes',
      'process_cpu_seconds_total',
      'nodejs_eventloop_lag_p99_seconds',
    ])
      expect([...names]).toContain(name);
  });

  it('B1.2 tell when a certificate ends', async () => {
    const end = await valueOf('rampart_certificate_end_timestamp_seconds', { certificate: 'edge.pem' });
    expect(Math.abs((end ?? 0) - (Date.now() / 1000 + 30 * 86_400))).toBeLessThan(3600);
  });

  it('are given without what cannot be had', async () => {
    const metrics = app.get(Metrics);
    metrics.observe({ name: 'rampart_test_broken', help: 'Fails.' }, () => Promise.reject(new Error('away')));
    const names = (await scrape()).map(({ name }) => name);
    metrics.registry.removeSingleMetric('rampart_test_broken');
    expect(names).not.toContain('rampart_test_broken');
    expect(names).toContain('rampart_ready');
  });
});

describe('B12.3 what the alerts and dashboards ask for', () => {
  const WORDS = new Set(
    'sum rate increase max min by and or on ignoring absent vector time changes histogram_quantile label_values le'.split(
      ' ',
    ),
  );
  const namesIn = (expression: string) =>
    [
      ...expression
        .replaceAll(/"[^"]*"|\{[^}]*\}|\[[^\]]*\]|by \([^)]*\)|ignoring \([^)]*\)/g, ' ')
        .matchAll(/(?<![\w.])[a-z_]\w*(?::\w+)*/g),
    ]
      .map(([name]) => name)
      .filter((name) => !WORDS.has(name) && !name.startsWith('rampart:'));

  it('is what the running application exports', async () => {
    const text_ = await (await fetch(`${management}/metrics`)).text();
    const exported = new Set(
      [...text_.matchAll(/^# TYPE (\w+) (\w+)$/gm)].flatMap(([, name = '', type]) =>
        type === 'histogram' ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name],
      ),
    );
    const wanted = [...ruleExpressions(), ...dashboardExpressions()].flatMap(namesIn);
    expect(wanted.length).toBeGreaterThan(40);
    expect([...new Set(wanted)].filter((name) => name !== 'up' && !exported.has(name))).toEqual([]);
  });

  it('names events that there are', () => {
    const named = ruleExpressions().flatMap((expression) =>
      [...expression.matchAll(/event=~?"([^"]+)"/g)].flatMap(([, names = '']) => names.split('|')),
    );
    expect(named.length).toBeGreaterThan(4);
    expect(named.filter((name) => !Object.hasOwn(eventCatalogue, name))).toEqual([]);
  });
});

describe('PT.1 the labels of the metrics', () => {
  it('come from closed sets, whatever strangers ask for', async () => {
    // Those of Node's own come and go with garbage collections and sockets.
    const count = async () => (await scrape()).filter(({ name }) => /^(?:http|rampart)_/.test(name)).length;
    const hostile = async () => {
      const noise = randomUUID();
      // From somewhere else each time: nobody is slowed down or blocked.
      const caller = new Caller(app);
      await caller.get(`/${noise}`);
      await caller.get(`/v1/patients/${noise}?${noise}=${noise}`, {
        headers: { [`x-${noise}`]: noise, 'user-agent': noise },
      });
      await caller.get(`/v1/${noise}/${noise}`, { headers: { host: `${noise}.example` } });
      await caller.post(`/errors/${noise}`, { [noise]: noise });
      for (const method of ['PROPFIND', 'SEARCH', 'LOCK', 'TRACE', 'QUERY']) await caller.call(method, `/${noise}`);
      await caller.get(`/errors/${noise}`);
      return noise;
    };
    await hostile();
    const before = await count();
    const texts: string[] = [];
    for (let i = 0; i < 10; i += 1) texts.push(await hostile());
    expect(await count()).toBe(before);
    const shown = JSON.stringify(await scrape());
    for (const one of texts) expect(shown).not.toContain(one);
  });

  it('are those of the routes, the methods and the statuses that there are', async () => {
    const paths = new Set(
      app
        .get(CompletenessCheck)
        .routes()
        .map(({ path }) => path),
    );
    const others = new Set(['unmatched', '*', '/openapi.json', '/docs', '/docs/', '/docs/js/scalar.js']);
    const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'other']);
    const requests = (await scrape()).filter(({ name }) => name === 'http_requests_total');
    expect(requests.length).toBeGreaterThan(3);
    for (const { labels } of requests) {
      expect(paths.has(labels['route'] ?? '') || others.has(labels['route'] ?? ''), labels['route']).toBe(true);
      expect(methods.has(labels['method'] ?? ''), labels['method']).toBe(true);
      expect(labels['status']).toMatch(/^[1-5]\d\d$/);
      expect(Object.keys(labels).toSorted()).toEqual(['method', 'route', 'status']);
    }
  });
});

describe('PT.2 readiness', () => {
  it('is gone while what is under way is still answered, before the sockets close', async () => {
    const other = await startApp();
    const url = await other.get(ManagementListener).listen();
    const ready = async () => (await fetch(`${url}/health/ready`)).status;
    await other.listen(0, '127.0.0.1');
    const begun = once(other.getHttpServer(), 'request');
    const client = connect(portOf(other), '127.0.0.1');
    client.write(
      'POST /v1/auth/refresh HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{',
    );
    await begun;
    expect(await ready()).toBe(200);
    const stopped = other.close();
    await vi.waitFor(async () => expect(await ready()).toBe(503));
    client.write('}');
    expect(await text(client)).toMatch(/^HTTP\/1\.1 400 /);
    await stopped;
  });
});
