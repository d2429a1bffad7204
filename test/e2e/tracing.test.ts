import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp } from '../support/app.ts';
import { useProgram } from '../support/built-program.ts';
import { Caller } from '../support/caller.ts';
import { separateDatabase } from '../support/database.ts';
import { somePatient, TestOrganization, type SignedIn } from '../support/organization.ts';
import { attributesOf, startOtlpCollector, type CollectedSpan } from '../support/otlp-collector.ts';
import { productionSettings } from '../support/production.ts';

const collector = await startOtlpCollector();
const STRANGERS_TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SERVER = 2;
const CLIENT = 3;
const secrets = ['Canary-In-Query', 'Canary-In-Header', 'Canary-In-Body', 'Canary-In-Path'];
let app: NestFastifyApplication;
let clinician: SignedIn;
const ids: Record<string, string> = {};

const traceOf = (requestId: unknown) =>
  collector.spans.filter(({ traceId }) => traceId === String(requestId).replaceAll('-', ''));
const rootOf = (spans: readonly CollectedSpan[]) => spans.filter(({ parentSpanId }) => parentSpanId === undefined);

/** What is sent goes out when the application stops, if not before. */
beforeAll(async () => {
  app = await startApp({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, PWNED_PASSWORDS_URL: `${collector.url}/range/` });
  clinician = await (await TestOrganization.create(app)).as('clinician');
  const created = await clinician.post('/v1/patients', { ...somePatient, familyName: secrets[2] });
  ids['created'] = String(created.headers['x-request-id']);
  ids['patient'] = String(created.body['id']);
  const read = await clinician.get(`/v1/patients/${ids['patient']}?limit=${secrets[0]}`, {
    headers: { traceparent: `00-${STRANGERS_TRACE}-00f067aa0ba902b7-01`, 'user-agent': String(secrets[1]) },
  });
  ids['read'] = String(read.headers['x-request-id']);
  const plain = await clinician.get(`/v1/patients/${ids['patient']}`);
  ids['plain'] = String(plain.headers['x-request-id']);
  ids['nowhere'] = String((await clinician.get(`/v1/${secrets[3]}`)).headers['x-request-id']);
  const account = { email: 'canary@test.example', password: 'Correct-Canary-Battery-9', displayName: 'Canary' };
  ids['signUp'] = String((await new Caller(app).post('/v1/auth/sign-up', account)).headers['x-request-id']);
  await app.close();
});
afterAll(() => collector.close());

describe('tracing', () => {
  it('shows what a request asks of the database, under the id that the client gets', () => {
    const spans = traceOf(ids['plain']);
    const [root, ...others] = rootOf(spans);
    expect(others).toEqual([]);
    expect(root).toMatchObject({ name: 'GET /v1/patients/:id', kind: SERVER });
    expect(root && attributesOf(root)).toEqual({
      'http.request.method': 'GET',
      'http.route': '/v1/patients/:id',
      'http.response.status_code': 200,
      'rampart.request_id': ids['plain'],
    });
    const below = spans.filter(({ parentSpanId }) => parentSpanId === root?.spanId);
    expect(below.map(({ name }) => name)).toEqual(expect.arrayContaining(['read Patient', 'record event']));
    for (const span of below) {
      expect(span.kind).toBe(CLIENT);
      expect(attributesOf(span)).toMatchObject({ 'db.system.name': 'postgresql' });
    }
  });

  it('shows what Prisma does, by model and operation', () => {
    const names = traceOf(ids['created']).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['POST /v1/patients', 'create Patient']));
    expect(collector.paths).toEqual(new Set(['/v1/traces']));
  });

  it('shows who else was asked, by host', () => {
    const asked = traceOf(ids['signUp']).filter((span) => 'server.address' in attributesOf(span));
    expect(asked).toMatchObject([{ name: 'GET', kind: CLIENT }]);
    expect(asked[0] && attributesOf(asked[0])).toEqual({ 'http.request.method': 'GET', 'server.address': '127.0.0.1' });
    expect(collector.text()).not.toMatch(/canary|\/range\//);
  });

  it("A6.3 hangs nothing into a stranger's trace, and links to it", () => {
    expect(collector.spans.filter(({ traceId }) => traceId === STRANGERS_TRACE)).toEqual([]);
    const [root] = rootOf(traceOf(ids['read']));
    expect(root?.links).toEqual([expect.objectContaining({ traceId: STRANGERS_TRACE, spanId: '00f067aa0ba902b7' })]);
  });

  it('A6.2 holds no URL, no value, no header, no person and no text of an error', () => {
    expect(rootOf(traceOf(ids['nowhere']))).toMatchObject([{ name: 'GET unmatched' }]);
    const text = collector.text();
    expect(collector.spans.length).toBeGreaterThan(10);
    const { accessToken = '', member } = clinician;
    for (const one of [
      ...secrets,
      ...Object.values(somePatient),
      accessToken,
      member.email,
      member.userId,
      member.address,
    ])
      expect(text).not.toContain(one);
    expect(text).not.toContain(ids['patient']);
    expect(text).not.toMatch(/SELECT|INSERT|WHERE/);
  });
});

describe('A2.2 in production', () => {
  it('traces do not leave without TLS', async () => {
    const settings = { ...(await productionSettings()), OTEL_EXPORTER_OTLP_ENDPOINT: 'http://traces.example:4318' };
    await expect(startApp(settings)).rejects.toThrow('OTEL_EXPORTER_OTLP_ENDPOINT: production sends traces over https');
  });
});

/** Names every module that is loaded, in a line of its own. */
const SPY = `import { registerHooks } from 'node:module';
registerHooks({ load(url, context, next) { process.stderr.write(url + '\\n'); return next(url, context); } });`;

describe('the server as a program', () => {
  const program = useProgram('src/main.ts');

  async function modulesOf(settings: Readonly<Record<string, string>>): Promise<string[]> {
    const { serverUrl } = await separateDatabase();
    const cwd = mkdtempSync(join(tmpdir(), 'rampart-test-'));
    const spy = `data:text/javascript,${encodeURIComponent(SPY)}`;
    const child = spawn(process.execPath, ['--import', spy, resolve(program())], {
      cwd,
      env: { PATH: process.env['PATH'], DATABASE_URL: serverUrl, PORT: '0', MANAGEMENT_PORT: '0', ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const modules: string[] = [];
    createInterface(child.stderr).on('line', (line) => modules.push(line));
    for await (const line of createInterface(child.stdout)) if (line.includes('sys_startup')) child.kill('SIGTERM');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    expect(modules.filter((url) => url.includes('@nestjs/')).length, modules.at(-1)).toBeGreaterThan(100);
    // prom-client and pg-boss bring its API, which does nothing by itself.
    return modules.filter((url) => /@opentelemetry\/(?!api\/)/.test(url));
  }

  it('loads nothing of the SDK of OpenTelemetry when there is no endpoint', { timeout: 60_000 }, async () => {
    expect(await modulesOf({})).toEqual([]);
    // The spy sees them when they are loaded.
    expect((await modulesOf({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url })).length).toBeGreaterThan(10);
  });
});
