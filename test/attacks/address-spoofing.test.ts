import { once } from 'node:events';
import { request as send } from 'node:http';
import { connect, type Socket } from 'node:net';
import { json, text } from 'node:stream/consumers';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ManagementListener } from '../../src/platform/health/index.js';
import { startApp } from '../support/app.ts';
import { Caller, type Answer } from '../support/caller.ts';
import { closeNamespace, here, openNamespace, statusesThere, there } from '../support/network-namespace.ts';
import { TestOrganization, type SignedIn } from '../support/organization.ts';
import { expectProblem } from '../support/problem.ts';
import { portOf } from '../support/raw-request.ts';

/**
 * The attack: somebody with a stolen access token is on the wrong network, and says in a header that they are on the right one;
 * or somebody next to a proxy does, and hopes that the first entry of the chain is believed instead of the last one that the
 * proxies have not written themselves. Over real sockets: every 127.x.y.z is an address of this host on Linux.
 */
const PROXY = '127.0.0.2';
const SECOND_PROXY = '127.0.0.3';
const STRANGER = '127.0.0.4';
/** The only address that the organization may be used from. */
const OFFICE = '192.0.2.10';

let app: NestFastifyApplication;
let direct: NestFastifyApplication;
let owner: SignedIn;

beforeAll(async () => {
  app = await startApp({ TRUSTED_PROXIES: `127.0.0.1, ${PROXY}, ${SECOND_PROXY}, 2001:db8:ffff::/48` });
  direct = await startApp({ TRUSTED_PROXIES: 'none' });
  for (const one of [app, direct]) await one.listen(0, '127.0.0.1');
  owner = await (await TestOrganization.create(app)).as('owner');
  const rule = { action: 'allow', network: OFFICE, note: 'the office' };
  const office = new Caller(app, owner.accessToken, OFFICE);
  await office.post('/v1/security/ip-rules', rule);
});

afterAll(async () => {
  await app.close();
  await direct.close();
});

type Headers = Readonly<Record<string, string | string[]>>;

/** From one of the addresses of this host. */
async function from(localAddress: string, headers: Headers, to = app): Promise<Answer> {
  const authorization = `Bearer ${owner.accessToken}`;
  const request = send({
    host: '127.0.0.1',
    port: portOf(to),
    path: '/v1/me',
    localAddress,
    agent: false,
    headers: { authorization, ...headers },
  });
  request.end();
  const [response] = (await once(request, 'response')) as [import('node:http').IncomingMessage];
  const body = (await json(response)) as Answer['body'];
  return { status: response.statusCode ?? 0, headers: response.headers, body, text: JSON.stringify(body) };
}

const spoofed: [string, Headers][] = [
  ['X-Forwarded-For', { 'x-forwarded-for': OFFICE }],
  ['X-Forwarded-For twice', { 'x-forwarded-for': [OFFICE, OFFICE] }],
  ['X-Forwarded-For in capitals', { 'X-FORWARDED-FOR': OFFICE }],
  ['a chain that ends at a proxy', { 'x-forwarded-for': `${OFFICE}, ${PROXY}` }],
  ['Forwarded', { forwarded: `for=${OFFICE}` }],
  ['Forwarded in full', { forwarded: `for="${OFFICE}:80";proto=https;by=${PROXY}` }],
  ['X-Real-IP', { 'x-real-ip': OFFICE }],
  ['X-Client-IP', { 'x-client-ip': OFFICE }],
  ['True-Client-IP', { 'true-client-ip': OFFICE }],
  ['CF-Connecting-IP', { 'cf-connecting-ip': OFFICE }],
  ['X-Cluster-Client-IP', { 'x-cluster-client-ip': OFFICE }],
  ['X-Originating-IP', { 'x-originating-ip': OFFICE }],
  ['X-Remote-Addr', { 'x-remote-addr': OFFICE, 'remote-addr': OFFICE }],
  ['Fastly-Client-IP', { 'fastly-client-ip': OFFICE }],
  ['X-Forwarded', { 'x-forwarded': OFFICE, 'forwarded-for': OFFICE }],
  ['X-Forwarded-Host', { 'x-forwarded-host': OFFICE, 'x-forwarded-server': OFFICE }],
];

describe('B14.2 somebody who is not a proxy of ours', () => {
  it.each(spoofed)('is who they are, whatever %s says', async (_name, headers) => {
    for (const address of [STRANGER, '127.0.0.22']) {
      expectProblem(await from(address, headers), 'network-not-allowed');
    }
  });

  it.each(spoofed)('is who they are where there are no proxies, whatever %s says', async (_name, headers) => {
    for (const address of ['127.0.0.1', PROXY]) {
      expectProblem(await from(address, headers, direct), 'network-not-allowed');
    }
  });
});

describe('B14.2 behind our proxies the client', () => {
  it('is let in from the office', async () => {
    expect((await from(PROXY, { 'x-forwarded-for': OFFICE })).status).toBe(200);
  });

  it.each(spoofed.filter(([, headers]) => !Object.keys(headers).some((name) => /^x-forwarded-for$/i.test(name))))(
    'is not who %s says',
    async (_name, headers) => {
      expectProblem(await from(PROXY, headers), 'network-not-allowed');
      expectProblem(await from(PROXY, { ...headers, 'x-forwarded-for': '192.0.2.66' }), 'network-not-allowed');
    },
  );

  it.each([
    ['in its mapped form', `::ffff:${OFFICE}`],
    ['behind two proxies', `${OFFICE}, ${SECOND_PROXY}`],
    ['behind a proxy with IPv6', `${OFFICE}, 2001:db8:ffff::7, ${SECOND_PROXY}`],
    ['behind a proxy in its mapped form', `${OFFICE}, ::ffff:${SECOND_PROXY}`],
    ['whoever they say is behind them', `192.0.2.66, ${OFFICE}, ${SECOND_PROXY}`],
    ['whatever nonsense is behind them', `unknown, <script>, ${OFFICE}`],
    // RFC 9110 §5.6.1: empty elements of a list do not count.
    ['with nothing behind it', `${OFFICE},`],
    ['with nothing between it and a proxy', `${OFFICE}, , ${SECOND_PROXY}`],
    ['without spaces', `192.0.2.66,${OFFICE},${SECOND_PROXY}`],
  ])('is the right-most entry that is no proxy: %s', async (_what, chain) => {
    expect((await from(PROXY, { 'x-forwarded-for': chain })).status).toBe(200);
  });

  it('is the right-most entry of all headers of the name', async () => {
    const chain = (...entries: string[]) => from(PROXY, { 'x-forwarded-for': entries });
    expect((await chain('192.0.2.66', OFFICE)).status).toBe(200);
    expectProblem(await chain(OFFICE, '192.0.2.66'), 'network-not-allowed');
  });

  it.each([
    ['in front of theirs', `${OFFICE}, 192.0.2.66`],
    ['in front of theirs and a proxy', `${OFFICE}, 192.0.2.66, ${SECOND_PROXY}`],
    ['in front of a proxy and theirs', `${OFFICE}, ${SECOND_PROXY}, 192.0.2.66`],
    ['in front of an address that only looks like a proxy', `${OFFICE}, 127.0.0.20`],
    ['in front of an IPv6 that only looks like a proxy', `${OFFICE}, ::127.0.0.3`],
  ])('cannot put the office %s', async (_what, chain) => {
    expectProblem(await from(PROXY, { 'x-forwarded-for': chain }), 'network-not-allowed');
  });

  it.each([
    'unknown',
    '_hidden',
    `${OFFICE}:8080`,
    `"${OFFICE}"`,
    `[${OFFICE}]`,
    '[::1]:80',
    '192.0.2.010',
    '0xc0.0.2.10',
    '3221225994',
    '192.0.2',
    `for=${OFFICE}`,
    `${OFFICE} ${OFFICE}`,
    `${OFFICE};`,
    '::ffff:192.0.2.10.1',
    'localhost',
    `${OFFICE}, unknown`,
    `${OFFICE}, ${OFFICE}:80`,
    `${OFFICE}, unknown, ${SECOND_PROXY}`,
  ])('is nobody when a proxy reports %j', async (entry) => {
    expectProblem(await from(PROXY, { 'x-forwarded-for': entry }), 'malformed-request');
  });

  it('is refused and not guessed when a proxy reports no address, also where no rule asks', async () => {
    const answer = await new Caller(app, undefined, 'unknown').get('/health/live');
    expectProblem(answer, 'malformed-request');
  });
});

const hasNamespace = openNamespace();
afterAll(closeNamespace);

describe.skipIf(!hasNamespace)('B14.2 another host', () => {
  let wide: NestFastifyApplication;
  let person: SignedIn;

  beforeAll(async () => {
    wide = await startApp({ TRUSTED_PROXIES: '127.0.0.1' });
    // Both families on one socket: IPv4 arrives as ::ffff:1.2.3.4.
    await wide.listen(0, '::');
    person = await (await TestOrganization.create(wide)).as('owner');
    const caller = new Caller(wide, person.accessToken, OFFICE);
    for (const network of [OFFICE, there.v4]) {
      await caller.post('/v1/security/ip-rules', { action: 'allow', network, note: 'x' });
    }
  });
  afterAll(() => wide.close());

  it('is who it is, in either family, whatever a header says', async () => {
    const headers = spoofed.map(([, spoof]) => ({
      ...Object.fromEntries(Object.entries(spoof).map(([name, value]) => [name, String(value)])),
      authorization: `Bearer ${person.accessToken}`,
    }));
    const sentTo = (host: string) =>
      headers.map((each) => ({ url: `http://${host}:${portOf(wide)}/v1/me`, headers: each }));
    expect(await statusesThere(sentTo(here.v4))).toEqual(spoofed.map(() => 200));
    expect(await statusesThere(sentTo(`[${here.v6}]`))).toEqual(spoofed.map(() => 403));
  });
});

describe('B14.1 the management listener', () => {
  const hangsUp = async (socket: Socket) => {
    socket.write('GET /health/ready HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 127.0.0.1\r\nConnection: close\r\n\r\n');
    return text(socket).catch(() => '');
  };

  it('answers those on its list, and hangs up on all others', async () => {
    const narrow = await startApp({ MANAGEMENT_ALLOW: '127.0.0.1, 127.0.0.8/31' });
    try {
      const port = Number(new URL(await narrow.get(ManagementListener).listen()).port);
      const answerTo = (localAddress: string) => hangsUp(connect({ port, host: '127.0.0.1', localAddress }));
      for (const address of ['127.0.0.1', '127.0.0.9']) expect(await answerTo(address)).toMatch(/^HTTP\/1.1 200/);
      for (const address of [PROXY, '127.0.0.10']) expect(await answerTo(address)).toBe('');
    } finally {
      await narrow.close();
    }
  });

  it.each(['0.0.0.0/0', '::/0', '*', 'localhost', '10.0.0.0/33', '127.1'])('takes no list with %s', async (entry) => {
    await expect(startApp({ MANAGEMENT_ALLOW: entry })).rejects.toThrow('MANAGEMENT_ALLOW');
  });
});
