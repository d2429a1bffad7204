import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.ts';
import { Caller, someAddress } from '../support/caller.ts';
import { expectProblem } from '../support/problem.ts';
import { portOf, sendRaw } from '../support/raw-request.ts';

/**
 * The attack: the same request in another version or form of HTTP, so that a limit counts it as something else, or what stands in
 * front and this server disagree about what it is. The server speaks HTTP/1.1 and 1.0; HTTP/2 and 3 end at the edge.
 */
const app = useApp({ THROTTLE_SCALE: '1', CORS_ORIGINS: 'https://app.example.com' });

beforeAll(async () => {
  await app().listen(0, '127.0.0.1');
});

/** A sign-in that fails for its form, from this address. */
function message(address: string, requestLine: string, ...extra: string[]): string[] {
  const body = '{}';
  const form = ['Content-Type: application/json', `Content-Length: ${body.length}`];
  return [requestLine, 'Host: 127.0.0.1', `X-Forwarded-For: ${address}`, ...form, ...extra, '', body];
}
const LOGIN = 'POST /v1/auth/login';
const CLOSE = 'Connection: close';

/** What is left of the budget of sign-in, this request included. */
async function left(address: string): Promise<number> {
  const { headers } = await new Caller(app(), undefined, address).post('/v1/auth/login', {});
  return Number(/^"address";r=(\d+)/.exec(String(headers['ratelimit']))?.[1]);
}

describe('B6.6 a request counts against the budget of sign-in', () => {
  it.each<[string, string, string[]]>([
    ['in HTTP/1.1', `${LOGIN} HTTP/1.1`, [CLOSE]],
    ['in HTTP/1.0', `${LOGIN} HTTP/1.0`, []],
    ['with its address in full', 'POST http://127.0.0.1/v1/auth/login HTTP/1.1', [CLOSE]],
    [
      'and stays HTTP/1.1 when it asks for HTTP/2',
      `${LOGIN} HTTP/1.1`,
      ['Connection: close, Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'],
    ],
    ['and stays HTTP when it asks for a WebSocket', `${LOGIN} HTTP/1.1`, [`${CLOSE}, Upgrade`, 'Upgrade: websocket']],
  ])('%s', async (_how, requestLine, extra) => {
    const address = someAddress();
    const before = await left(address);
    expectProblem(await sendRaw(app(), message(address, requestLine, ...extra)), 'validation-failed');
    expect(await left(address)).toBe(before - 2);
  });

  it('one by one when three come in one packet', async () => {
    const address = someAddress();
    const before = await left(address);
    const batch = [[], [], [CLOSE]].map((extra) => message(address, `${LOGIN} HTTP/1.1`, ...extra).join('\r\n'));
    const socket = connect(portOf(app()), '127.0.0.1');
    await once(socket, 'connect');
    socket.write(batch.join(''));
    expect((await text(socket)).match(/HTTP\/1\.1 400 /g)).toHaveLength(3);
    expect(await left(address)).toBe(before - 4);
  });
});

describe('B6.6 what is not the HTTP that is spoken here', () => {
  it.each([
    ['the preface of HTTP/2', ['PRI * HTTP/2.0', '', 'SM', '', '']],
    ['HTTP/2.0 in the form of 1.1', message('10.0.0.1', `${LOGIN} HTTP/2.0`, CLOSE)],
    ['HTTP/1.2', message('10.0.0.1', `${LOGIN} HTTP/1.2`, CLOSE)],
    ['no version, as in HTTP/0.9', [LOGIN, '', '']],
    ['a method in small letters', message('10.0.0.1', 'post /v1/auth/login HTTP/1.1', CLOSE)],
  ])('is refused: %s', async (_what, lines) => {
    expectProblem(await sendRaw(app(), lines), 'malformed-request');
  });

  it('is hung up on when it asks for a tunnel', async () => {
    expect((await sendRaw(app(), ['CONNECT 127.0.0.1:22 HTTP/1.1', 'Host: 127.0.0.1:22', '', ''])).text).toBe('');
  });
});

describe('B6.6 an OPTIONS', () => {
  const ask = (caller: Caller, url: string, headers = {}) => caller.call('OPTIONS', url, { headers });

  it('that is no question of a page counts like a path that is not there, whether or not it is', async () => {
    const caller = new Caller(app());
    const answers = [await ask(caller, '/v1/auth/login'), await ask(caller, '/nowhere'), await ask(caller, '*')];
    expect(answers.map(({ headers }) => headers['ratelimit-policy'])).toEqual(Array(3).fill('"address";q=120;w=60'));
    expect(answers.map(({ headers }) => /r=(\d+)/.exec(String(headers['ratelimit']))?.[1])).toEqual([
      '119',
      '118',
      '117',
    ]);
  });

  it('that is one is answered and not counted', async () => {
    const preflight = { origin: 'https://app.example.com', 'access-control-request-method': 'POST' };
    const answer = await ask(new Caller(app()), '/v1/auth/login', preflight);
    expect(answer.status).toBe(204);
    expect(answer.headers).not.toHaveProperty('ratelimit');
  });
});
