import { hearEvents } from '../support/heard-events.ts';
import { createHash } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import * as http from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Logger } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { RuntimeConfig, Secret } from '../../src/platform/config/index.js';
import { OutboundConfig, OutboundHttp } from '../../src/platform/outbound/index.js';
import { PwnedPasswords } from '../../src/platform/passwords/pwned-passwords.js';

const password = new Secret('correct horse battery');
const digest = createHash('sha1').update(password.reveal()).digest('hex').toUpperCase();
const [prefix, suffix] = [digest.slice(0, 5), digest.slice(5)];
const other = '0018A45C4D1DEF81644B54AB7F969B88D65';

/** Stands in for the service; each test says what it answers. */
let server: Server;
let origin: string;
let answer: RequestListener;
const asked: { url: string | undefined; method: string | undefined; headers: IncomingHttpHeaders }[] = [];
const warn = vi.fn<(facts: unknown) => void>();

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push({ url: request.url, method: request.method, headers: request.headers });
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  asked.length = 0;
  vi.spyOn(Logger.prototype, 'warn').mockImplementation(warn.mockClear());
});

interface Setup {
  readonly range?: string | undefined;
  readonly timeoutMs?: number;
  readonly mode?: 'test' | 'production';
}

function outbound({ range = `${origin}/range/`, timeoutMs = 2000, mode = 'test' }: Setup = {}) {
  const config = new OutboundConfig({ PWNED_PASSWORDS_URL: range, PWNED_PASSWORDS_TIMEOUT_MS: timeoutMs });
  const { events, heard } = hearEvents();
  const calls = new OutboundHttp(config, new RuntimeConfig({ NODE_ENV: mode, FEATURES_OFF: [] }), events);
  return { config, heard, http: calls };
}

function service(setup: Setup = {}): PwnedPasswords {
  const { config, http: calls } = outbound(setup);
  return new PwnedPasswords(config, calls, hearEvents().events);
}

const says =
  (body: string | Buffer, status = 200, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) =>
    void response.writeHead(status, headers).end(body);

function expectOpen(found: boolean): void {
  expect(found).toBe(false);
  expect(warn).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({ event: 'pwned_passwords_unavailable', err: expect.any(Error) }),
  );
}

describe('A1.1 asking for leaked passwords', () => {
  it.each([
    ['alone', `${suffix}:1`],
    ['first', `${suffix}:12\r\n${other}:3`],
    ['last', `${other}:3\r\n${suffix}:42\r\n`],
    ['with line feeds alone', `${other}:3\n${suffix}:42\n`],
  ])('finds one that is listed %s', async (_where, body) => {
    answer = says(body);
    expect(await service().hasLeaked(password)).toBe(true);
    expect(warn).not.toHaveBeenCalled();
  });

  it.each([
    ['others are listed', `${other}:3\r\n${'F'.repeat(35)}:1`],
    ['its row is padding', `${other}:3\r\n${suffix}:0`],
  ])('finds nothing when %s', async (_what, body) => {
    answer = says(body);
    expect(await service().hasLeaked(password)).toBe(false);
    expect(warn).not.toHaveBeenCalled();
  });

  it('tells five digits, asks for padding, and sends nothing else about anybody', async () => {
    answer = says(`${other}:3`);
    await service().hasLeaked(password);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ url: `/range/${prefix}`, method: 'GET', headers: { 'add-padding': 'true' } });
    expect(Object.keys(asked[0]?.headers ?? {}).toSorted()).toEqual([
      'accept-encoding',
      'add-padding',
      'connection',
      'host',
      'user-agent',
    ]);
  });

  it('asks for the form that is hashed: NFC', async () => {
    answer = says(`${other}:3`);
    await service().hasLeaked(new Secret('cafe\u0301 passphrase'));
    await service().hasLeaked(new Secret('caf\u00e9 passphrase'));
    expect(asked[0]?.url).toBe(asked[1]?.url);
  });

  it('asks nobody when it is switched off', async () => {
    const config = new OutboundConfig({ PWNED_PASSWORDS_URL: undefined, PWNED_PASSWORDS_TIMEOUT_MS: 1000 });
    const off = new PwnedPasswords(config, outbound().http, hearEvents().events);
    expect(await off.hasLeaked(password)).toBe(false);
    expect(asked).toHaveLength(0);
    expect(warn).not.toHaveBeenCalled();
  });

  it.each<[string, () => RequestListener]>([
    ['a failure', () => says(`${suffix}:1`, 500)],
    ['nothing found', () => says(`${suffix}:1`, 404)],
    ['no content', () => says('', 204)],
    ['too many requests', () => says(`${suffix}:1`, 429, { 'retry-after': '1' })],
    ['an empty body', () => says('')],
    ['a web page', () => says('<!doctype html><title>Log in to the hotel</title>')],
    ['JSON', () => says(JSON.stringify({ [suffix]: 1 }))],
    ['one bad line among good ones', () => says(`${suffix}:1\r\nnonsense\r\n${other}:3`)],
    ['lower case, which it does not use', () => says(`${suffix.toLowerCase()}:1`)],
    ['a count that is none', () => says(`${suffix}:many`)],
    ['a hash that is too long', () => says(`${suffix}A:1`)],
    ['bytes that are no text', () => says(Buffer.from([0, 255, 254, 128]))],
    ['more than anybody asked for', () => says(`${other}:3\r\n`.repeat(100_000))],
    [
      'bytes without end',
      () => (_request, response) => {
        const more = () =>
          void (response.destroyed || (response.write(`${other}:3\r\n`.repeat(1000)), setImmediate(more)));
        more();
      },
    ],
    ['a connection that breaks', () => (request) => void request.socket.destroy()],
    [
      'half an answer',
      () => (_request, response) =>
        void (response.writeHead(200, { 'content-length': '500' }).write('00'), response.destroy()),
    ],
    ['something that is not HTTP', () => (request) => void request.socket.end('SSH-2.0-OpenSSH_9.9\r\n')],
  ])('lets the password pass and says so when the answer is %s', async (_what, respond) => {
    answer = respond();
    expectOpen(await service().hasLeaked(password));
  });

  it.each<[string, RequestListener]>([
    ['does not come', () => undefined],
    ['stops in the middle', (_request, response) => void response.writeHead(200).write(`${suffix}:1\r\n`)],
    [
      'drips',
      (_request, response) => {
        const drip = setInterval(() => response.write('0'), 20);
        response.on('close', () => clearInterval(drip));
      },
    ],
  ])('lets the password pass and says so when the answer %s', async (_what, respond) => {
    answer = respond;
    const start = performance.now();
    expectOpen(await service({ timeoutMs: 100 }).hasLeaked(password));
    expect(performance.now() - start).toBeLessThan(1500);
  });

  it('lets the password pass and says so when nobody listens', async () => {
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
    const { port } = gone.address() as AddressInfo;
    await new Promise((resolve) => gone.close(resolve));
    expectOpen(await service({ range: `http://127.0.0.1:${port}/range/` }).hasLeaked(password));
  });

  it('says nothing of the password in the log', async () => {
    answer = says('', 500);
    await service().hasLeaked(password);
    const [facts] = warn.mock.lastCall as [{ err: Error }];
    const text = JSON.stringify([facts, facts.err.stack, String(facts.err.cause)]);
    for (const secret of [password.reveal(), digest, prefix]) expect(text).not.toContain(secret);
  });
});

/** A certificate for localhost that nobody has signed, and its key. Made for this file. */
const CERTIFICATE =
  'MIIBmjCCAUGgAwIBAgIUVaUZnvj42Z+ERSGoSQmRQskZWIswCgYIKoZIzj0EAwIwFDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMjE5NDU0OFoYDzIxMjYxMDI5MTk0NTQ4WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASYv7hDeuh+M4f6oN9zKEIttbc9GOMrqCca/wRpZItWGyHvM2qY7diRjNodjY7D6b0wvlAoeVsGwj89dCg6VlRZo28wbTAdBgNVHQ4EFgQUrUYu/HR5lrgEYPogYxmJsu/oDvkwHwYDVR0jBBgwFoAUrUYu/HR5lrgEYPogYxmJsu/oDvkwDwYDVR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZIzj0EAwIDRwAwRAIgXB0o13VqVjGOQkx3xR5RjN9k1lc7aIvnKJ0GjjTPbTYCICTHUYp8CH7cqFmwA0dBYA3jCS1MQeKMQo8i3uN8RhqA';
const KEY =
  'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgtM+5EJbwkmccq6A7Fy+eEAa+pNwyub/k3C9/MrI9BqahRANCAASYv7hDeuh+M4f6oN9zKEIttbc9GOMrqCca/wRpZItWGyHvM2qY7diRjNodjY7D6b0wvlAoeVsGwj89dCg6VlRZ';
const pem = (label: string, base64: string) => `-----BEGIN ${label}-----\n${base64}\n-----END ${label}-----\n`;

describe('A1.1 an outgoing call (SSRF, CWE-918)', () => {
  const limits = { timeoutMs: 2000, maxBytes: 1000 };

  it.each([301, 302, 303, 307, 308])('follows no redirect: %i', async (status) => {
    answer = says('', status, { location: `${origin}/range/elsewhere` });
    await expect(outbound().http.getText(new URL(`${origin}/range/`), limits)).rejects.toMatchObject({ status: 503 });
    expect(asked).toHaveLength(1);
  });

  it('takes as many bytes as it may, and not one more', async () => {
    answer = says('x'.repeat(1000));
    await expect(outbound().http.getText(new URL(origin), limits)).resolves.toHaveLength(1000);
    answer = says('x'.repeat(1001));
    await expect(outbound().http.getText(new URL(origin), limits)).rejects.toMatchObject({ status: 503 });
  });

  it.each<[string, () => [range: string, url: string]]>([
    ['that is not listed', () => ['https://api.pwnedpasswords.com/range/', `${origin}/range/`]],
    ['that is loopback in production', () => [`${origin}/range/`, `${origin}/range/`]],
    [
      'that is loopback in production, with TLS',
      () => [origin.replace('http:', 'https:'), origin.replace('http:', 'https:')],
    ],
  ])('sends nothing to a destination %s', async (_what, addresses) => {
    const [range, url] = addresses();
    answer = says('secret');
    const { http: calls, heard } = outbound({ range, mode: 'production' });
    await expect(calls.getText(new URL(url), limits)).rejects.toMatchObject({ code: 'internal-error' });
    expect(heard.map(({ name }) => name)).toEqual(['outbound_destination_refused']);
    expect(asked).toHaveLength(0);
  });

  it('does not connect to a listed name that leads to this machine', async () => {
    const connected = vi.fn<() => void>();
    server.once('connection', connected);
    const url = `https://localhost:${(server.address() as AddressInfo).port}/`;
    await expect(outbound({ range: url, mode: 'production' }).http.getText(new URL(url), limits)).rejects.toMatchObject(
      {
        status: 503,
        cause: expect.objectContaining({ message: 'the name does not lead to a public address' }),
      },
    );
    expect(connected).not.toHaveBeenCalled();
    server.off('connection', connected);
  });

  it('does not talk to a server that cannot prove its name, whatever the environment says', async () => {
    const served = vi.fn<RequestListener>((_request, response) => void response.end('secret'));
    const impostor = createTlsServer({ cert: pem('CERTIFICATE', CERTIFICATE), key: pem('PRIVATE KEY', KEY) }, served);
    await new Promise<void>((resolve) => impostor.listen(0, '127.0.0.1', resolve));
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    try {
      const url = `https://localhost:${(impostor.address() as AddressInfo).port}/`;
      await expect(outbound({ range: url }).http.getText(new URL(url), limits)).rejects.toMatchObject({
        cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
      });
      expect(served).not.toHaveBeenCalled();
    } finally {
      vi.unstubAllEnvs();
      impostor.close();
    }
  });

  it('goes through no proxy that the environment names', async () => {
    // What NODE_USE_ENV_PROXY=1 does at the start of a process.
    const restore = http.setGlobalProxyFromEnv({ http_proxy: 'http://127.0.0.1:1', https_proxy: 'http://127.0.0.1:1' });
    try {
      answer = says('direct');
      await expect(outbound().http.getText(new URL(origin), limits)).resolves.toBe('direct');
    } finally {
      restore();
    }
  });
});
