import { describe, expect, it } from 'vitest';
import { HttpConfig } from './http.config.js';

function load(settings: Record<string, string>): HttpConfig {
  const { instance, problems } = HttpConfig.load(settings, false);
  if (!(instance instanceof HttpConfig)) throw new Error(problems.join());
  return instance;
}

const problemsOf = (settings: Record<string, string>) => HttpConfig.load(settings, false).problems.join('\n');

describe('CORS_ORIGINS', () => {
  it.each(['https://app.example.com', 'https://app.example.com:8443', 'http://localhost:5173', 'https://[::1]:8443'])(
    'B9.1 takes the exact origin %s',
    (origin) => {
      expect(load({ CORS_ORIGINS: origin }).values.CORS_ORIGINS).toEqual([origin]);
    },
  );

  it.each([
    ['a final slash', 'https://app.example.com/'],
    ['a path', 'https://app.example.com/app'],
    ['a query', 'https://app.example.com?x'],
    ['a fragment', 'https://app.example.com#x'],
    ['credentials', 'https://me:secret@app.example.com'], // secretlint-disable-line -- an example
    ['no scheme', 'app.example.com'],
    ['a scheme alone', 'https://'],
    ['the opaque origin, which every sandboxed frame has', 'null'],
    ['a file', 'file:///etc'],
    ['a data URL', 'data:text/html,x'],
    ['a blob URL', 'blob:https://app.example.com/1'],
    ['capital letters, which no browser sends', 'https://APP.example.com'],
    ['the default port, which no browser sends', 'https://app.example.com:443'],
    ['a wildcard in the host, which matches nothing', 'https://*.example.com'],
    ['a pattern', '/example\\.com$/'],
    ['a scheme that browsers have no pages on', 'ftp://app.example.com'],
    ['one bad entry behind a good one', 'https://app.example.com,evil.example'],
    ['a good one with a control character', 'https://app.example.com\t.evil.example'],
  ])('B9.1 refuses %s', (_what, origin) => {
    expect(problemsOf({ CORS_ORIGINS: origin })).toContain('CORS_ORIGINS');
  });

  it('B9.1 allows nobody when it is not set', () => {
    expect(load({}).values.CORS_ORIGINS).toEqual([]);
  });
});

describe('TRUSTED_PROXIES', () => {
  it.each([
    ['none', []],
    ['10.0.0.1', ['10.0.0.1/32']],
    ['10.0.0.0/8, 192.168.1.0/24', ['10.0.0.0/8', '192.168.1.0/24']],
    ['fd00::/8', ['fd00::/8']],
    ['::1/128', ['::1/128']],
  ])('B14.2 takes %s', (value, expected) => {
    expect(load({ TRUSTED_PROXIES: value }).trustedProxies.map(({ text }) => text)).toEqual(expected);
  });

  it('B14.2 believes nobody when it is not set', () => {
    expect(load({}).trustedProxies).toEqual([]);
  });

  it.each([
    'true',
    '*',
    'all',
    'loopback',
    'None',
    '1',
    'proxy.internal',
    'none,10.0.0.0/8',
    '10.0.0.0/8,none',
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/-1',
    '10.0.0.0/',
    '10.0.0.0/8.5',
    '10.0.0.0/0x8',
    '10.0.0.0/255.0.0.0',
    '10.0.0.0/8/24',
    '10.0.0',
    '10.0.0.256',
    '010.0.0.1',
    '0x0a000001',
    '167772161',
    'fe80::1%eth0',
    '10.0.0.0/8;192.168.0.0/16',
    '10.0.0.1:8080',
    '[::1]',
  ])('B14.2 refuses %s', (value) => {
    expect(problemsOf({ TRUSTED_PROXIES: value })).toContain('TRUSTED_PROXIES');
  });
});

describe('PUBLIC_URL', () => {
  it.each([
    [{ PUBLIC_URL: 'https://api.example.com/' }, 'https://api.example.com'],
    [{ PUBLIC_URL: 'https://example.com/api' }, 'https://example.com/api'],
    [{ HOST: '127.0.0.1', PORT: '4000' }, 'http://127.0.0.1:4000'],
  ])('makes of %o the address %s', (settings, expected) => {
    expect(load(settings).publicUrl).toBe(expected);
  });

  it.each(['api.example.com', '/', 'https://', 'javascript:alert(1)', 'file:///etc/passwd'])('refuses %s', (value) => {
    expect(problemsOf({ PUBLIC_URL: value })).toContain('PUBLIC_URL');
  });
});

it.each(['-1', '65536', '3000.5', 'http', '3000;id'])('refuses PORT=%s', (PORT) => {
  expect(problemsOf({ PORT })).toContain('PORT');
});
