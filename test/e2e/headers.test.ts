import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { SecurityEvents } from '../../src/platform/audit/index.js';
import { useApp } from '../support/app.ts';
import { Caller, type Answer } from '../support/caller.ts';
import { TestOrganization, type SignedIn } from '../support/organization.ts';
import { portOf, sendRaw } from '../support/raw-request.ts';

const PAGE = 'https://app.example.com';
const LOCAL = 'http://localhost:5173';
const app = useApp({ CORS_ORIGINS: `${PAGE}, ${LOCAL}` });
let receptionist: SignedIn;

beforeAll(async () => {
  await app().listen(0, '127.0.0.1');
  receptionist = await (await TestOrganization.create(app())).as('receptionist');
});

const preflight = (origin: string, headers: Record<string, string> = {}) =>
  new Caller(app()).call('OPTIONS', '/v1/patients', {
    headers: { origin, 'access-control-request-method': 'POST', ...headers },
  });

const answers: [string, () => Promise<Answer>][] = [
  ['200', () => receptionist.get('/v1/patients')],
  ['200 to HEAD', () => receptionist.call('HEAD', '/v1/patients')],
  ['204', async () => (await (await TestOrganization.create(app())).as('patient')).post('/v1/auth/logout')],
  ['the docs redirect', () => new Caller(app()).get('/docs')],
  ['400 of the validation', () => receptionist.post('/v1/patients', {})],
  ['400 of the parser of JSON', () => receptionist.post('/v1/patients', '{')],
  ['400 of the router', () => receptionist.get('/v1/patients/%')],
  ['401', () => new Caller(app()).get('/v1/me')],
  ['403', () => receptionist.get('/v1/records/00000000-0000-4000-8000-000000000000')],
  ['404', () => receptionist.get('/nowhere')],
  ['405', () => receptionist.call('PUT', '/v1/patients')],
  ['413', () => receptionist.post('/v1/patients', 'x'.repeat(200_000))],
  ['414', () => receptionist.get(`/${'x'.repeat(9000)}`)],
  ['414 of the router', () => receptionist.get(`/v1/patients/${'x'.repeat(300)}`)],
  ['415', () => receptionist.post('/v1/patients', 'x', { headers: { 'content-type': 'text/plain' } })],
  ['the description', () => new Caller(app()).get('/openapi.json')],
  ['the docs page', () => new Caller(app()).get('/docs/')],
  ['the docs script', () => new Caller(app()).get('/docs/js/scalar.js')],
  ['the public keys', () => new Caller(app()).get('/.well-known/jwks.json')],
  ['liveness', () => new Caller(app()).get('/health/live')],
  ['a preflight', () => preflight(PAGE)],
  ['a preflight of a stranger', () => preflight('https://evil.example')],
];

describe('A7.3 every answer carries the security headers', () => {
  it.each(answers)('%s', async (_name, send) => {
    const { headers } = await send();
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      'x-frame-options': 'DENY',
      'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'/);
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['content-security-policy']).toContain("base-uri 'none'");
    expect(headers['content-security-policy']).toContain("form-action 'none'");
  });

  it.each(answers)('B7.3 and B8.2: kept by no cache, and no word on what runs here: %s', async (_name, send) => {
    const { headers } = await send();
    expect(headers['cache-control']).toBe('no-store');
    for (const name of ['server', 'x-powered-by', 'via', 'x-aspnet-version']) expect(headers).not.toHaveProperty(name);
    expect(headers).not.toHaveProperty('set-cookie');
  });

  it.each(answers.filter(([name]) => !name.startsWith('the docs')))(
    'and the strictest policy: %s',
    async (_name, send) => {
      expect((await send()).headers['content-security-policy']).toBe(
        "default-src 'none';frame-ancestors 'none';base-uri 'none';form-action 'none'",
      );
    },
  );

  it.each(answers.filter(([name]) => /^[24]\d\d\b(?! to)/.test(name) && name !== '204'))(
    'and a content type with its charset: %s',
    async (_name, send) => {
      expect((await send()).headers['content-type']).toMatch(/^application\/(problem\+)?json; charset=utf-8$/);
    },
  );

  it('adds nothing of Node over a real connection', async () => {
    const { headers } = await sendRaw(app(), [
      'GET /health/live HTTP/1.1',
      `Host: 127.0.0.1:${portOf(app())}`,
      'Connection: close',
      '',
      '',
    ]);
    for (const name of ['server', 'x-powered-by']) expect(headers).not.toHaveProperty(name);
  });
});

describe('B7.3 a browser forgets what it kept of this origin', () => {
  const forgets = '"cache", "storage"';

  it('at sign-out, and when the account is given up', async () => {
    const organization = await TestOrganization.create(app());
    const signedOut = await (await organization.as('patient')).post('/v1/auth/logout');
    expect(signedOut.status).toBe(204);
    expect(signedOut.headers['clear-site-data']).toBe(forgets);
    const leaving = await (await organization.as('receptionist')).delete('/v1/me');
    expect(leaving.status, leaving.text).toBe(202);
    expect(leaving.headers['clear-site-data']).toBe(forgets);
  });

  it('and at nothing that leaves it signed in, or that it has no right to', async () => {
    const others = [
      await receptionist.get('/v1/me'),
      await receptionist.delete('/v1/me/sessions'),
      await new Caller(app()).post('/v1/auth/logout'),
      // The only owner cannot go.
      await (await (await TestOrganization.create(app())).as('owner')).delete('/v1/me'),
    ];
    expect(others.map(({ status }) => status)).toEqual([200, 204, 401, 409]);
    for (const { headers } of others) expect(headers).not.toHaveProperty('clear-site-data');
  });

  it('and the description says where', async () => {
    const { body } = await new Caller(app()).get('/openapi.json');
    const { paths } = body as { paths: Record<string, Record<string, { responses: Record<string, object> }>> };
    const said = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, { responses }]) =>
        Object.entries(responses).flatMap(([status, answer]) =>
          'headers' in answer && 'Clear-Site-Data' in Object(answer.headers) ? [`${method} ${path} ${status}`] : [],
        ),
      ),
    );
    expect(said.toSorted()).toEqual(['delete /v1/me 202', 'post /v1/auth/logout 204']);
  });
});

describe('B9.1 a page of another origin', () => {
  it.each([PAGE, LOCAL])('may call when it stands on the list: %s', async (origin) => {
    const answer = await new Caller(app()).get('/health/live', { headers: { origin } });
    expect(answer.headers['access-control-allow-origin']).toBe(origin);
    const exposed = String(answer.headers['access-control-expose-headers']).split(/, ?/);
    const [, named = ''] = /Readable are (.*?)\. Answers/s.exec(readFileSync('docs/use-the-api.md', 'utf8')) ?? [];
    expect(new Set(exposed)).toEqual(new Set([...named.toLowerCase().matchAll(/`(.*?)`/g)].map(([, name]) => name)));
    expect((await preflight(origin)).headers['access-control-allow-origin']).toBe(origin);
  });

  it.each([
    'https://evil.example',
    'https://evil-example.com',
    'https://example.com',
    'https://app.example.com.evil.example',
    'https://evil-app.example.com',
    'https://appxexample.com',
    'https://evil.app.example.com',
    'http://app.example.com',
    'https://app.example.com:8443',
    'https://APP.EXAMPLE.COM',
    'https://app.example.com/',
    'https://app.example.com, https://evil.example',
    'https://app.example.com@evil.example',
    'https://app.example.com%00.evil.example',
    'http://localhost:5174',
    'http://localhost',
    'http://127.0.0.1:5173',
    'null',
    'file://',
    '*',
    '',
  ])('may not when its origin is "%s"', async (origin) => {
    for (const answer of [
      await new Caller(app()).get('/health/live', { headers: { origin } }),
      await new Caller(app()).get('/v1/me', { headers: { origin } }),
      await preflight(origin),
    ]) {
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
      expect(answer.headers['access-control-allow-methods']).toBeUndefined();
    }
  });

  it('B9.2 is told by Vary that answers differ by origin, whoever asks', async () => {
    const askers: Record<string, string>[] = [{ origin: PAGE }, { origin: 'https://evil.example' }, {}];
    for (const headers of askers) {
      expect((await new Caller(app()).get('/health/live', { headers })).headers['vary']).toMatch(/\borigin\b/i);
    }
  });

  it('B9.2 may use the methods and headers of the API alone, and asks again after ten minutes', async () => {
    const answer = await preflight(PAGE, { 'access-control-request-headers': 'authorization, x-evil' });
    expect(answer.status).toBe(204);
    expect(answer.text).toBe('');
    expect(answer.headers).toMatchObject({
      'access-control-allow-methods': 'GET, POST, PATCH, DELETE',
      'access-control-allow-headers': 'authorization, content-type, idempotency-key, if-match',
      'access-control-max-age': '600',
    });
  });

  it.each(['/v1/patients', '/v1/me', '/nowhere'])('sends no credentials of the browser: %s', async (url) => {
    const answer = await new Caller(app()).get(url, { headers: { origin: PAGE } });
    expect(answer.headers['access-control-allow-origin']).toBe(PAGE);
    expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
  });
});

describe('B9.5 a call from a page of an origin that is not on the list', () => {
  const caught: unknown[] = [];
  const sentFrom = async (origin: string | undefined, url = '/health/live') => {
    caught.length = 0;
    await new Caller(app()).get(url, { headers: { ...(origin !== undefined && { origin }) } });
    return caught;
  };

  beforeAll(() => {
    app()
      .get(SecurityEvents)
      .subscribe(({ name, facts, outcome }) => {
        if (name === 'malicious_cors') caught.push({ ...facts, outcome });
      });
  });

  it.each(['https://evil.example', 'null', 'https://app.example.com.evil.example'])(
    'is an event: %s',
    async (origin) => {
      for (const url of ['/health/live', '/v1/me', '/nowhere']) {
        expect(await sentFrom(origin, url)).toEqual([{ origin, outcome: 'failure' }]);
      }
    },
  );

  it('is an event when it only asks', async () => {
    caught.length = 0;
    await preflight('https://evil.example');
    expect(caught).toEqual([{ origin: 'https://evil.example', outcome: 'failure' }]);
  });

  it('is no long line in the log', async () => {
    expect(await sentFrom(`https://${'x'.repeat(5000)}`)).toEqual([{ origin: '[no origin]', outcome: 'failure' }]);
  });

  it.each([PAGE, LOCAL, 'http://127.0.0.1:3000', undefined])('and none from where it may come: %s', async (origin) => {
    expect(await sentFrom(origin)).toEqual([]);
  });
});

describe('B9.1 without a list', () => {
  const closed = useApp();

  it.each([PAGE, 'null', '*', 'http://127.0.0.1:3000'])('no page may call: %s', async (origin) => {
    const answer = await new Caller(closed()).get('/health/live', { headers: { origin } });
    expect(answer.status).toBe(200);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });
});
