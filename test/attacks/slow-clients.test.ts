import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { startApp } from '../support/app.ts';
import { portOf } from '../support/raw-request.ts';
import { lacksTool } from '../support/tools.ts';

/**
 * The attack: hundreds of connections that send a header or a body byte by byte, or take an answer byte by byte, until the
 * server has none left for others (Slowloris, R.U.D.Y., slow read).
 */
let app: NestFastifyApplication;
let origin: string;

beforeAll(async () => {
  app = await startApp();
  await app.listen(0, '127.0.0.1');
  origin = `http://127.0.0.1:${portOf(app)}`;
});

afterAll(() => app.close());

const CONNECTIONS = 300;
const SECONDS = 4;
const SLOWHTTPTEST = 'slowhttptest';

const SLOW_HEADERS = ['-H', '-i', '1'];
const modes: [name: string, path: string, args: string[]][] = [
  ['headers', '/health/live', SLOW_HEADERS],
  ['bodies', '/v1/patients', ['-B', '-i', '1', '-s', '8192', '-t', 'POST']],
  ['readers', '/openapi.json', ['-X', '-w', '1', '-y', '2', '-n', '1', '-z', '1', '-k', '3']],
];

/** Statuses that others get in the meantime; 0 for none. */
async function statusesDuring(target: string, path: string, args: readonly string[]): Promise<number[]> {
  const output = join(mkdtempSync(join(tmpdir(), 'rampart-slow-')), 'report');
  const bounds = ['-c', String(CONNECTIONS), '-r', '150', '-l', String(SECONDS), '-g', '-o', output];
  const attack = promisify(execFile)(SLOWHTTPTEST, [...args, ...bounds, '-u', `${target}${path}`]);
  const statuses: number[] = [];
  do {
    // On a connection of its own: the one of the last time would be served.
    const options = { headers: { connection: 'close' }, signal: AbortSignal.timeout(5000) };
    const answer = fetch(`${target}/health/live`, options);
    statuses.push(await answer.then(({ status }) => status).catch(() => 0));
  } while (await Promise.race([attack.then(() => false), setTimeout(50, true)]));
  // The tool had its connections: what was measured is the attack.
  const report = readFileSync(`${output}.csv`, 'utf8').match(/\d+/g) ?? [];
  expect(Math.max(...report.map(Number))).toBeGreaterThanOrEqual(CONNECTIONS);
  return statuses;
}

describe.skipIf(lacksTool(SLOWHTTPTEST))('A12.5 A15.1 while slow clients hold 300 connections', () => {
  it.each(modes)('others are served: slow %s', async (_name, path, args) => {
    const statuses = await statusesDuring(origin, path, args);
    expect(statuses.length).toBeGreaterThan(10);
    expect(new Set(statuses)).toEqual(new Set([200]));
  });

  it('A15.2 others are not served by a twin that gives each connection one of 100 workers', async () => {
    const twin = createHttpServer((_request, response) => response.end('{}'));
    Object.assign(twin, { maxConnections: 100, headersTimeout: 0, requestTimeout: 0 });
    twin.listen(0, '127.0.0.1');
    await once(twin, 'listening');
    const address = `http://127.0.0.1:${(twin.address() as AddressInfo).port}`;
    const statuses = await statusesDuring(address, '/', SLOW_HEADERS);
    expect(statuses).toContain(0);
    twin.closeAllConnections();
    twin.close();
  });
});

describe('A12.5 a request that does not arrive', () => {
  it.each([
    ['in its headers', 'GET /health/live HTTP/1.1\r\nHost: x\r\nX-', 10],
    [
      'in its body',
      'POST /v1/patients HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
      20,
    ],
  ])('stops %s and is hung up on with 408', async (_where, head, seconds) => {
    const server = app.getHttpServer();
    // Node compares with times of its own; the limits themselves are moved instead of waited for.
    const limits = { headersTimeout: server.headersTimeout, requestTimeout: server.requestTimeout };
    expect(Math.min(...[limits.headersTimeout, limits.requestTimeout].filter((limit) => limit >= seconds * 1000))).toBe(
      seconds * 1000,
    );
    Object.assign(server, { headersTimeout: 400, requestTimeout: 400 });
    try {
      const socket = connect(portOf(app), '127.0.0.1');
      await once(socket, 'connect');
      socket.write(head);
      expect(await text(socket)).toMatch(/^HTTP\/1\.1 408 .*problem\+json/s);
    } finally {
      Object.assign(server, limits);
    }
  });
});
