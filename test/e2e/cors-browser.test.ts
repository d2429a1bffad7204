import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp } from '../support/app.ts';
import { somePatient, TestOrganization, type SignedIn } from '../support/organization.ts';
import { portOf } from '../support/raw-request.ts';
import { lacksTool } from '../support/tools.ts';

const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync'];

interface Outcome {
  readonly status?: number;
  readonly id?: string | null;
  readonly body?: string;
  readonly failed?: string;
}

/** An empty page of an origin of its own. */
async function servePage(): Promise<Server> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>Page</title>');
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  return server;
}

const originOf = (server: Server) => `http://localhost:${(server.address() as AddressInfo).port}`;

describe.skipIf(lacksTool('chromium'))('B9.1 B9.2 B9.3 pages of two origins in a real browser', () => {
  let ours: Server;
  let theirs: Server;
  let app: NestFastifyApplication;
  let browser: Browser;
  let receptionist: SignedIn;
  let api: string;

  beforeAll(async () => {
    [ours, theirs] = await Promise.all([servePage(), servePage()]);
    app = await startApp({ CORS_ORIGINS: originOf(ours) });
    await app.listen(0, '127.0.0.1');
    api = `http://127.0.0.1:${portOf(app)}`;
    receptionist = await (await TestOrganization.create(app)).as('receptionist');
    const executablePath = execFileSync('which', ['chromium'], { encoding: 'utf8' }).trim();
    browser = await chromium.launch({ executablePath, headless: true, args: FLAGS });
  });

  afterAll(async () => {
    await browser?.close();
    await app?.close();
    for (const server of [ours, theirs]) server?.close();
  });

  /** What the script of a page gets to see of an answer. */
  async function callFrom(page: string, path: string, init: object = {}): Promise<Outcome> {
    const tab = await browser.newPage();
    try {
      await tab.goto(page);
      // Runs in the page, so it is handed over as text: nothing of this file is there.
      const script = `(async ([url, init]) => {
        try {
          const answer = await fetch(url, init);
          return { status: answer.status, id: answer.headers.get('x-request-id'), body: await answer.text() };
        } catch (error) {
          return { failed: error.name };
        }
      })(${JSON.stringify([`${api}${path}`, init])})`;
      return await tab.evaluate<Outcome>(script);
    } finally {
      await tab.close();
    }
  }

  const withToken = (extra: object = {}) => ({
    headers: { authorization: `Bearer ${receptionist.accessToken}`, ...extra },
  });
  const creation = () => ({
    method: 'POST',
    ...withToken({ 'content-type': 'application/json' }),
    body: JSON.stringify(somePatient),
  });
  const countPatients = async () => ((await receptionist.get('/v1/patients')).body['items'] as unknown[]).length;

  it('the one on the list reads answers, errors as well, and sees the id of its request', async () => {
    const answer = await callFrom(originOf(ours), '/v1/patients', withToken());
    expect(answer).toMatchObject({ status: 200, id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(await callFrom(originOf(ours), '/v1/me')).toMatchObject({
      status: 401,
      body: expect.stringContaining('unauthenticated'),
    });
    expect(await callFrom(originOf(ours), '/nowhere')).toMatchObject({ status: 404 });
  });

  it('the one on the list may write', async () => {
    const before = await countPatients();
    expect(await callFrom(originOf(ours), '/v1/patients', creation())).toMatchObject({ status: 201 });
    expect(await countPatients()).toBe(before + 1);
  });

  it.each([
    ['another one', () => originOf(theirs)],
    ['one without an origin', () => 'data:text/html,<title>null</title>'],
  ])('%s gets nothing to see, and its writes do not arrive', async (_what, page) => {
    const before = await countPatients();
    for (const [path, init] of [
      ['/health/live', {}],
      ['/v1/patients', withToken()],
      ['/v1/patients', creation()],
      ['/nowhere', {}],
    ] as const) {
      expect(await callFrom(page(), path, init)).toEqual({ failed: 'TypeError' });
    }
    expect(await countPatients()).toBe(before);
  });

  it('what pages may send without asking, a form or plain text, changes nothing', async () => {
    const { email, password } = receptionist.member;
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      const init = {
        method: 'POST',
        mode: 'no-cors',
        headers: { 'content-type': type },
        body: JSON.stringify({ email, password }),
      };
      // Not even an opaque answer: Cross-Origin-Resource-Policy keeps it from the page.
      expect(await callFrom(originOf(theirs), '/v1/auth/login', init)).toEqual({ failed: 'TypeError' });
    }
    const direct = await fetch(`${api}/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: '{}',
    });
    expect(direct.status).toBe(415);
  });
});
