import { beforeAll, describe, expect, it } from 'vitest';
import { catalogue, type ErrorCode } from '../../src/platform/errors/index.js';
import { useApp } from '../support/app.ts';
import { Caller, type Answer } from '../support/caller.ts';
import { TestOrganization, type SignedIn } from '../support/organization.ts';
import { expectProblem } from '../support/problem.ts';
import { sendRaw } from '../support/raw-request.ts';

const app = useApp();
let receptionist: SignedIn;
const MARK = 'zq7marker';
const NOBODY = '00000000-0000-4000-8000-000000000000';

beforeAll(async () => {
  await app().listen(0, '127.0.0.1');
  receptionist = await (await TestOrganization.create(app())).as('receptionist');
});

/** A problem whose instance is the id that the answer's header carries. */
function expectOwnProblem(answer: Answer, code: ErrorCode): void {
  expectProblem(answer, code);
  expect(answer.body['instance']).toBe(`urn:uuid:${String(answer.headers['x-request-id'])}`);
  expect(answer.text).not.toContain(MARK);
}

describe('B8.1 whatever is wrong, the answer is a problem of the catalogue', () => {
  it.each<[string, ErrorCode, () => Promise<Answer>]>([
    ['no JSON', 'malformed-request', () => receptionist.post('/v1/patients', `{"givenName": ${MARK}`)],
    ['JSON and more', 'malformed-request', () => receptionist.post('/v1/patients', '{} {}')],
    ['JSON with a comment', 'malformed-request', () => receptionist.post('/v1/patients', '{/* */}')],
    ['no body', 'malformed-request', () => receptionist.post('/v1/patients', '')],
    ['a lone NUL', 'malformed-request', () => receptionist.post('/v1/patients', '\u0000')],
    ['A3.2 a body of 1 MB', 'payload-too-large', () => receptionist.post('/v1/patients', { x: 'x'.repeat(1_000_000) })],
    [
      'A3.2 a body of 100 KiB and a byte',
      'payload-too-large',
      () => receptionist.post('/v1/patients', bodyOf(102_401)),
    ],
    [
      'A3.2 a large body of a stranger',
      'payload-too-large',
      () => new Caller(app()).post('/v1/auth/login', bodyOf(200_000)),
    ],
    ['a body of 100 KiB', 'validation-failed', () => receptionist.post('/v1/patients', bodyOf(102_400))],
    ['an unknown route', 'not-found', () => receptionist.get(`/v1/${MARK}`)],
    ['an unknown route of a stranger', 'not-found', () => new Caller(app()).get('/admin')],
    ['B17.1 an unknown version', 'not-found', () => receptionist.get('/v99/patients')],
    ['no version', 'not-found', () => receptionist.get('/patients')],
    ['another case', 'not-found', () => receptionist.get('/V1/Patients')],
    ['B7.3 a suffix', 'not-found', () => receptionist.get('/v1/me.css')],
    ['a slash at the end', 'not-found', () => receptionist.get('/v1/me/')],
    ['a slash at the end of a list', 'not-found', () => receptionist.get('/v1/patients/')],
    ['two slashes', 'not-found', () => receptionist.get('/v1//patients')],
    ['a parent folder', 'not-found', () => receptionist.get('/v1/patients/%2e%2e%2f%2e%2e/etc/passwd')],
    ['an id that is none', 'validation-failed', () => receptionist.get(`/v1/patients/${MARK}`)],
    ['an id of SQL', 'validation-failed', () => receptionist.get(`/v1/patients/${encodeURIComponent("' OR 1=1 --")}`)],
    ['an id of NUL', 'validation-failed', () => receptionist.get('/v1/patients/%00')],
    ['an id of 256 characters', 'validation-failed', () => receptionist.get(`/v1/patients/${'x'.repeat(256)}`)],
    ['an id of 257 characters', 'uri-too-long', () => receptionist.get(`/v1/patients/${MARK}${'x'.repeat(257)}`)],
    ['half an escape', 'malformed-request', () => receptionist.get(`/v1/patients/${MARK}%`)],
    ['an escape that is no UTF-8', 'malformed-request', () => receptionist.get('/v1/patients/%ff')],
    ['A3.2 a path of 9 KB', 'uri-too-long', () => receptionist.get(`/v1/${'x'.repeat(9000)}`)],
    ['A3.2 a query of 9 KB', 'uri-too-long', () => receptionist.get(`/v1/patients?cursor=${'x'.repeat(9000)}`)],
    ['no token', 'unauthenticated', () => new Caller(app()).get('/v1/me')],
    ['no permission', 'forbidden', () => receptionist.get(`/v1/records/${NOBODY}`)],
    ['a patient that is not there', 'not-found', () => receptionist.get(`/v1/patients/${NOBODY}`)],
    ['a change of a patient that is not there', 'not-found', () => receptionist.patch(`/v1/patients/${NOBODY}`, {})],
    ['an error page that is not there', 'not-found', () => new Caller(app()).get('/errors/constructor')],
  ])('%s: %s', async (_name, code, send) => {
    expectOwnProblem(await send(), code);
  });

  it('gives each answer an id of its own, whatever the client sends', async () => {
    const headers = { 'x-request-id': MARK };
    const ids = await Promise.all(
      [1, 2].map(async () => (await receptionist.get('/nowhere', { headers })).headers['x-request-id']),
    );
    expect(new Set([...ids, MARK]).size).toBe(3);
  });
});

describe('B9.3 JSON is the only language of bodies', () => {
  it.each([
    'text/plain',
    'text/plain; x=application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'application/jsonx',
    'application/json-patch+json',
    'application/json, text/plain',
    'json',
    '',
  ])('%s is a 415', async (type) => {
    for (const url of ['/v1/patients', '/v1/auth/login']) {
      const answer = await receptionist.post(url, '{"email":"a@b.example"}', { headers: { 'content-type': type } });
      expectOwnProblem(answer, 'unsupported-media-type');
    }
  });

  it('none at all is a 415', async () => {
    const answer = await sendRaw(app(), request('POST /v1/auth/login HTTP/1.1', ['Content-Length: 2'], '{}'));
    expectOwnProblem(answer, 'unsupported-media-type');
  });
});

describe('A3.2 JSON is the only language of answers', () => {
  it.each([
    'text/html',
    'application/xml',
    'application/jsonx',
    'application/json;q=0',
    'application/json;q=0, text/html',
    '*/*;q=1, application/json;q=0',
    'application/*;q=0, text/plain',
    'text/*',
    'json',
    '',
  ])('who accepts "%s" gets a 406, and nothing is done', async (accept) => {
    expectOwnProblem(await receptionist.get('/v1/patients', { headers: { accept } }), 'not-acceptable');
    const before = await receptionist.get('/v1/patients?limit=100');
    const body = { familyName: 'Unread', givenName: 'Ada', birthDate: '1990-01-01' };
    expectOwnProblem(await receptionist.post('/v1/patients', body, { headers: { accept } }), 'not-acceptable');
    expect((await receptionist.get('/v1/patients?limit=100')).body).toEqual(before.body);
  });

  it.each([
    'application/json',
    'APPLICATION/JSON',
    'application/json; charset=utf-8',
    'application/*',
    '*/*',
    'text/html, */*;q=0.1',
    'text/html;q=1, application/json;q=0.001',
  ])('who accepts "%s" is answered', async (accept) => {
    expect((await receptionist.get('/v1/patients', { headers: { accept } })).status).toBe(200);
  });

  it('a problem is sent to whoever accepts none', async () => {
    expectOwnProblem(await receptionist.get('/v1/nowhere', { headers: { accept: 'text/html' } }), 'not-found');
  });
});

describe('B18.2 a known path with another method is a 405 that names the methods', () => {
  it.each([
    ['PUT', '/v1/patients', 'GET, HEAD, POST'],
    ['DELETE', '/v1/patients', 'GET, HEAD, POST'],
    ['TRACE', '/v1/patients', 'GET, HEAD, POST'],
    ['POST', '/v1/patients/1', 'GET, HEAD, PATCH, DELETE'],
    ['PUT', '/v1/patients/1?x=1', 'GET, HEAD, PATCH, DELETE'],
    ['GET', '/v1/auth/login', 'POST'],
    ['HEAD', '/v1/auth/login', 'POST'],
    ['OPTIONS', '/v1/patients', 'GET, HEAD, POST'],
    ['POST', '/v1/me', 'GET, HEAD, PATCH, DELETE'],
    ['PROPFIND', '/v1/me', 'GET, HEAD, PATCH, DELETE'],
    ['POST', '/health/live', 'GET, HEAD'],
    ['POST', '/openapi.json', 'GET, HEAD'],
    ['DELETE', '/.well-known/jwks.json', 'GET, HEAD'],
  ])('%s %s', async (method, url, allow) => {
    const answer = await receptionist.call(method, url);
    expect(answer.status).toBe(405);
    expect(answer.headers['allow']).toBe(allow);
    if (method !== 'HEAD') expectOwnProblem(answer, 'method-not-allowed');
  });

  it.each(['OPTIONS', 'TRACE', 'DELETE', 'POST'])('%s of an unknown path is a 404', async (method) => {
    const answer = await receptionist.call(method, '/v1/nowhere');
    expectOwnProblem(answer, 'not-found');
    expect(answer.headers['allow']).toBeUndefined();
  });
});

describe('B8.1 what the parser of the server refuses is a problem too', () => {
  const host = 'Host: 127.0.0.1';
  it.each<[string, ErrorCode, readonly string[]]>([
    ['garbage', 'malformed-request', [`${MARK}\u0001\u0002`, '', '']],
    ['TLS to a plain port', 'malformed-request', ['\u0016\u0003\u0001\u0002\u0000\u0001\u0000', '', '']],
    ['a method that HTTP does not know', 'malformed-request', request(`${MARK.toUpperCase()} / HTTP/1.1`)],
    ['a version that does not exist', 'malformed-request', ['GET / HTTP/9.9', host, '', '']],
    ['no Host', 'malformed-request', ['GET /health/live HTTP/1.1', 'Connection: close', '', '']],
    ['A12.4 two Hosts', 'malformed-request', request('GET /health/live HTTP/1.1', ['Host: evil.example'])],
    ['a space before the colon', 'malformed-request', ['GET / HTTP/1.1', host, `X-${MARK} : x`, '', '']],
    ['a NUL in a header', 'malformed-request', ['GET / HTTP/1.1', host, `X: ${MARK}\u0000`, '', '']],
    ['two lengths', 'malformed-request', ['POST / HTTP/1.1', host, 'Content-Length: 1', 'Content-Length: 2', '', '']],
    ['a length that is no number', 'malformed-request', ['POST / HTTP/1.1', host, 'Content-Length: x', '', '']],
    [
      'length and chunks',
      'malformed-request',
      ['POST / HTTP/1.1', host, 'Content-Length: 1', 'Transfer-Encoding: chunked', '', ''],
    ],
    ['A3.2 a header of 20 KB', 'headers-too-large', request('GET /v1/me HTTP/1.1', [`X: ${'x'.repeat(20_000)}`])],
    [
      'A3.2 1,000 headers',
      'headers-too-large',
      request(
        'GET /v1/me HTTP/1.1',
        Array.from({ length: 1000 }, (_, i) => `X-${i}: ${'x'.repeat(20)}`),
      ),
    ],
    ['an escape that is none', 'malformed-request', request(`GET /v1/patients/${MARK}%zz HTTP/1.1`)],
    ['A3.2 a path of 9 KB', 'uri-too-long', request(`GET /${'x'.repeat(9000)} HTTP/1.1`)],
  ])('%s', async (_name, code, lines) => {
    const answer = await sendRaw(app(), lines);
    expectProblem(answer, code);
    expect(answer.text).not.toContain(MARK);
    expect(answer.headers).toMatchObject({
      'content-security-policy': "default-src 'none';frame-ancestors 'none';base-uri 'none';form-action 'none'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      'cache-control': 'no-store',
      vary: expect.stringMatching(/\borigin\b/i),
    });
    expect(answer.body['instance']).toBe(`urn:uuid:${String(answer.headers['x-request-id'])}`);
  });
});

describe('A14.3 the type of each problem', () => {
  it.each(Object.entries(catalogue))('resolves: %s', async (code, { status, title }) => {
    const page = await new Caller(app()).get(`/errors/${code}`);
    expect(page.status).toBe(200);
    expect(page.body).toEqual({ code, status, title, remedy: expect.stringMatching(/\w+/) });
  });
});

function bodyOf(bytes: number): string {
  const frame = JSON.stringify({ x: '' });
  return JSON.stringify({ x: 'x'.repeat(bytes - frame.length) });
}

function request(line: string, headers: readonly string[] = [], body = ''): string[] {
  return [line, 'Host: 127.0.0.1', 'Connection: close', ...headers, '', body];
}
