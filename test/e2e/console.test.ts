import { mkdirSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ManagementListener } from '../../src/platform/health/index.js';
import { Clock } from '../../src/platform/time/index.js';
import { TrafficHistory } from '../../src/platform/monitoring/console/traffic-history.js';
import { startApp } from '../support/app.ts';
import { separateDatabase } from '../support/database.ts';
import { Caller } from '../support/caller.ts';
import { selfSigned } from '../support/certificate.ts';
import { somebody } from '../support/mailbox.ts';
import { TestOrganization } from '../support/organization.ts';
import { expectProblem } from '../support/problem.ts';
import { lacksTool } from '../support/tools.ts';

const token = randomBytes(32).toString('base64url');
let app: NestFastifyApplication;
let management: string;

beforeAll(async () => {
  // On a database of its own: nobody is blocked there, and no alert of another test is live.
  const { serverUrl } = await separateDatabase();
  const watched = selfSigned('<b>edge.pem', 12);
  app = await startApp({ DATABASE_URL: serverUrl, CONSOLE_TOKEN: token, WATCHED_CERTIFICATES: watched });
  management = await app.get(ManagementListener).listen();
  const clinician = await (await TestOrganization.create(app)).as('clinician');
  await clinician.get('/v1/patients');
  await new Caller(app).post('/v1/auth/login', { email: somebody(), password: 'Wrong-Horse-Battery-1' });
  await app.get(TrafficHistory).take();
});

afterAll(() => app.close());

const open = (headers: Record<string, string> = {}) => fetch(`${management}/console`, { headers, redirect: 'manual' });
const signIn = (given: string, path = '/console') =>
  fetch(`${management}${path}`, { method: 'POST', body: new URLSearchParams({ token: given }), redirect: 'manual' });

// docs/recipes/operate.md says what is done here.
describe('B18.3 the console', () => {
  it('is not there for clients', async () => {
    for (const url of ['/console', '/console/style.css', '/console/refresh.js'])
      expectProblem(await new Caller(app).get(url), 'not-found');
  });

  it.each([
    ['nothing', {}],
    ['another token', { authorization: `Bearer ${randomBytes(32).toString('base64url')}` }],
    ['the beginning of the token', { authorization: `Bearer ${token.slice(0, -1)}` }],
    ['no token', { authorization: 'Bearer ' }],
    ['a made-up cookie', { cookie: `rampart_console=9999999999.${'A'.repeat(43)}` }],
    ['the token as a cookie', { cookie: `rampart_console=${token}` }],
  ])('shows nothing to whoever brings %s', async (_what, headers) => {
    const answer = await open(headers);
    expect(answer.status).toBe(401);
    expect(await answer.text()).not.toContain('/v1/patients');
  });

  it('does not take the token from the URL', async () => {
    expect((await fetch(`${management}/console?token=${token}`)).status).toBe(401);
  });

  it('opens with the token, in a header or typed into its form, for a time', async () => {
    expect((await open({ authorization: `Bearer ${token}` })).status).toBe(200);
    expect((await signIn('wrong')).status).toBe(401);
    const answer = await signIn(token);
    expect(answer.status).toBe(303);
    const cookie = answer.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict; Path=\/console; Max-Age=28800$/);
    expect(cookie).not.toContain(token);
    const [pair = ''] = cookie.split(';');
    expect((await open({ cookie: pair })).status).toBe(200);
    expect((await open({ cookie: pair.replace(/\d/, '9') })).status).toBe(401);
    const later = new Date(Date.now() + 9 * 3_600_000);
    const clock = vi.spyOn(app.get(Clock), 'now').mockReturnValue(later);
    expect((await open({ cookie: pair })).status).toBe(401);
    clock.mockRestore();
  });

  it('runs nothing but its own script, and is shown nowhere else', async () => {
    const policy = (await open({ authorization: `Bearer ${token}` })).headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(policy).not.toContain('http');
  });

  it('escapes what it shows', async () => {
    const text = await (await open({ authorization: `Bearer ${token}` })).text();
    expect(text).toContain('&lt;b&gt;edge.pem');
    expect(text).not.toContain('<b>edge.pem');
  });
});

describe('B18.3 without a token', () => {
  it('there is no console', async () => {
    const other = await startApp({ NODE_ENV: 'test' });
    const url = await other.get(ManagementListener).listen();
    const status = (await fetch(`${url}/console`)).status;
    await other.close();
    // Outside production one is generated: it asks for that.
    expect(status).toBe(401);
  });
});

describe.skipIf(lacksTool('chromium'))('B18.3 the console in a browser', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  }, 30_000);

  afterAll(() => browser.close());

  async function visit(options: Parameters<Browser['newPage']>[0]): Promise<{ page: Page; mistakes: string[] }> {
    const page = await browser.newPage(options);
    const mistakes: string[] = [];
    page.on(
      'console',
      (message) => message.type() === 'error' && !message.text().includes('401') && mistakes.push(message.text()),
    );
    page.on('pageerror', (error) => mistakes.push(error.message));
    await page.goto(`${management}/console`);
    await page.getByLabel(/Token/).fill(token);
    await page.getByRole('button', { name: 'Open' }).click();
    await page.getByRole('heading', { name: 'Live alerts' }).waitFor();
    return { page, mistakes };
  }

  it.each([
    ['light', { colorScheme: 'light', viewport: { width: 1200, height: 900 } }, 'rgb(245, 247, 249)'],
    ['dark', { colorScheme: 'dark', viewport: { width: 1200, height: 900 } }, 'rgb(15, 23, 29)'],
    ['phone', { colorScheme: 'light', viewport: { width: 380, height: 800 } }, 'rgb(245, 247, 249)'],
  ] as const)('shows everything: %s', { timeout: 30_000 }, async (name, options, background) => {
    const { page, mistakes } = await visit(options);
    for (const title of [
      'Live alerts',
      'Health',
      'Answers per second, last half hour',
      'Signing in and refusals since the start',
      'Blocked addresses',
      'Keys, certificates, audit trail',
      'Routes since the start',
    ])
      expect(await page.getByRole('heading', { name: title }).isVisible(), title).toBe(true);
    const text = await page.locator('main').innerText();
    for (const words of [
      'GET /v1/patients',
      'authn_login_fail',
      'database',
      'A certificate ends within 21 days',
      'docs/runbooks/certificate-ends.md',
      'Nobody is blocked.',
      'Oldest event without a seal',
      'Oldest data key in use',
    ])
      expect(text).toContain(words);
    const layout = await page.evaluate(
      `({ background: getComputedStyle(document.body).backgroundColor,
          overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth })`,
    );
    expect(layout).toEqual({ background, overflow: 0 });
    expect(mistakes).toEqual([]);
    mkdirSync('.data/screenshots', { recursive: true });
    await page.screenshot({ path: `.data/screenshots/console-${name}.png`, fullPage: true });
    await page.close();
  });

  it('refreshes itself, and not while it is paused', { timeout: 30_000 }, async () => {
    const page = await browser.newPage();
    await page.clock.install();
    await page.goto(`${management}/console`);
    await page.getByLabel(/Token/).fill(token);
    await page.getByRole('button', { name: 'Open' }).click();
    await page.getByRole('heading', { name: 'Health' }).waitFor();
    const isMarked = () => page.locator('main.seen').count();
    const mark = () => page.evaluate(`document.querySelector('main').classList.add('seen')`);
    await mark();
    await page.getByLabel('Pause').check();
    await page.clock.fastForward(11_000);
    expect(await isMarked()).toBe(1);
    await page.getByLabel('Pause').uncheck();
    await page.clock.fastForward(11_000);
    await vi.waitFor(async () => expect(await isMarked()).toBe(0), { timeout: 5000 });
    await page.close();
  });
});
