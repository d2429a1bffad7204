import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ManagementListener } from '../../src/platform/health/index.js';
import { startApp } from '../support/app.ts';
import { Caller } from '../support/caller.ts';
import { somebody } from '../support/mailbox.ts';
import { freePort } from '../support/ports.ts';
import { lacksTool } from '../support/tools.ts';

const isMissing = lacksTool('prometheus') || lacksTool('prometheus-alertmanager');
/** B12.4: from the attack to the pager. */
const WITHIN_MS = 60_000;

interface Notification {
  readonly alerts: readonly {
    readonly status: string;
    readonly labels: Record<string, string>;
    readonly annotations: Record<string, string>;
  }[];
}

const folder = mkdtempSync(join(tmpdir(), 'rampart-alerting-'));
const children: ChildProcess[] = [];
const received: Notification[] = [];
let app: NestFastifyApplication;
let pager: Server;

const write = (name: string, content: string) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

const portOf = (server: Server) => (server.address() as AddressInfo).port;

async function start(program: string, args: readonly string[], health: string): Promise<void> {
  const child = spawn(program, args, { cwd: folder, stdio: 'ignore' });
  children.push(child);
  await vi.waitFor(async () => expect((await fetch(health)).status).toBe(200), { timeout: 20_000, interval: 100 });
}

/** The shipped configuration, with the addresses of this test, and intervals of seconds instead of minutes. */
async function startMonitoring(target: string): Promise<void> {
  const [prometheus, alertmanager] = [await freePort(), await freePort()];
  const shipped = (path: string) => readFileSync(`deploy/monitoring/${path}`, 'utf8');
  const alerting = shipped('alertmanager/alertmanager.yml')
    .replaceAll(/url: \S+/g, `url: http://127.0.0.1:${portOf(pager)}/`)
    .replaceAll(/group_wait: \S+/g, 'group_wait: 1s');
  const scraping = shipped('prometheus/prometheus.yml')
    .replaceAll('15s', '1s')
    .replace('alertmanager:9093', `127.0.0.1:${alertmanager}`)
    .replace('rampart:9090', new URL(target).host)
    .replace('alerts.yml', resolve('deploy/monitoring/prometheus/alerts.yml'));
  const local = `--web.listen-address=127.0.0.1`;
  await start(
    'prometheus-alertmanager',
    [
      `--config.file=${write('alertmanager.yml', alerting)}`,
      `--storage.path=${join(folder, 'am')}`,
      `${local}:${alertmanager}`,
      `--cluster.listen-address=`,
    ],
    `http://127.0.0.1:${alertmanager}/-/ready`,
  );
  await start(
    'prometheus',
    [
      `--config.file=${write('prometheus.yml', scraping)}`,
      `--storage.tsdb.path=${join(folder, 'tsdb')}`,
      // What fires before it has found Alertmanager is sent again then, and not a minute later.
      '--rules.alert.resend-delay=2s',
      `${local}:${prometheus}`,
    ],
    `http://127.0.0.1:${prometheus}/-/ready`,
  );
}

describe.skipIf(isMissing)('B12.4 an attack', () => {
  beforeAll(async () => {
    app = await startApp();
    pager = createServer((request, response) => {
      void text(request).then((body) => {
        received.push(JSON.parse(body) as Notification);
        response.end();
      });
    }).listen(0, '127.0.0.1');
    await once(pager, 'listening');
    await startMonitoring(await app.get(ManagementListener).listen());
  });

  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    pager.close();
    await app.close();
    execFileSync('rm', ['-rf', folder]);
  });

  const alerts = (name: string) =>
    received.flatMap((one) => one.alerts).filter(({ labels }) => labels['alertname'] === name);

  it('reaches the pager within a minute, with what to do about it', { timeout: WITHIN_MS + 30_000 }, async () => {
    // Nobody is woken up for nothing; the watchdog shows that the way is there.
    await vi.waitFor(() => expect(alerts('RampartWatchdog')).not.toEqual([]), { timeout: 30_000, interval: 200 });
    expect(alerts('RampartSignInsFail')).toEqual([]);

    const began = performance.now();
    const isPaged = () => alerts('RampartSignInsFail').length > 0;
    const guess = () =>
      new Caller(app).post('/v1/auth/login', { email: somebody(), password: 'Wrong-Horse-Battery-1' });
    while (!isPaged() && performance.now() - began < WITHIN_MS) {
      const answers = await Promise.all([guess(), guess(), guess()]);
      for (const answer of answers) expect([401, 429], answer.text).toContain(answer.status);
      await delay(200);
    }
    expect(isPaged()).toBe(true);
    const [alert] = alerts('RampartSignInsFail');
    expect(alert).toMatchObject({
      status: 'firing',
      labels: { severity: 'page' },
      annotations: { runbook: 'docs/runbooks/many-unauthenticated.md' },
    });
  });
});
