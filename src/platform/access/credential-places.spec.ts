import { describe, expect, it } from 'vitest';
import { CredentialMisplaced } from './access.errors.js';
import { newApiKey } from './api-key.js';
import { evaluateCredentialPlaces } from './credential-places.js';

const KEY = newApiKey('live').key.reveal();
const JWT = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIwMTIzNDU2Nzg5In0.c2lnbmF0dXJlMTIz';

const evaluate = (url: string, authorization?: string, hasKeyHeader = false) =>
  evaluateCredentialPlaces({ url, authorization, hasKeyHeader });
const inUrl = { allowed: false, reason: 'credential-in-url' };
const two = { allowed: false, reason: 'two-credentials' };

describe('where credentials stand', () => {
  it.each([
    `/x?${KEY}`,
    `/x?a=${KEY}`,
    `/x?a=1&b=${KEY}#c`,
    `/x?a=%72${KEY.slice(1)}`,
    `/${KEY}`,
    `/${KEY.replaceAll('_', '%5f')}?a=1`,
    `/%/${KEY}`,
    `/x?a?b=${KEY}`,
    `/x?a=${JWT}`,
    `/x/${JWT}`,
    `/x?a=Bearer+${JWT}`,
    ...['access_token', 'access-token', 'AccessToken', 'token', 'api_key', 'apikey', 'API-KEY', 'key'].map(
      (name) => `/x?a=1&${name}=x`,
    ),
    ...['refresh_token', 'id_token', 'Authorization', '%74oken'].map((name) => `/x?${name}=`),
  ])('A4.5 refuses the URL %s', (url) => {
    expect(evaluate(url)).toEqual(inUrl);
  });

  it.each([
    '/',
    '/v1/patients?limit=20&cursor=00000000-0000-4000-8000-000000000000',
    '/v1/api-keys?limit=1',
    '/x?keys=1&monkey=2&tokens=3&q=token',
    `/x?a=${KEY.slice(0, -1)}`,
    '/x?a=rmp_live_short_short_short',
    '/x?a=eyJ.eyJ.x',
    '/%',
    '/x?%',
  ])('lets the URL %s pass', (url) => {
    expect(evaluate(url)).toEqual({ allowed: true });
  });

  it.each([
    ['Bearer x, ApiKey y', false],
    ['ApiKey y,bearer x', false],
    ['Bearer x, Bearer x', false],
    ['Basic x, Bearer y', false],
    ['Bearer x', true],
    ['ApiKey x', true],
    ['', true],
  ])('B3.2 refuses "%s" with X-API-Key: %s', (authorization, hasKeyHeader) => {
    expect(evaluate('/', authorization, hasKeyHeader)).toEqual(two);
  });

  it.each([
    [undefined, false],
    [undefined, true],
    ['Bearer x', false],
    ['Bearer x, realm="y"', false],
  ])('leaves %s with X-API-Key: %s to the guard', (authorization, hasKeyHeader) => {
    expect(evaluate('/', authorization, hasKeyHeader)).toEqual({ allowed: true });
  });

  it.each([`/?a=${'eyJ'.repeat(2700)}`, `/?a=${'eyJaaaaaaaa..'.repeat(600)}`, `/?a=${'rmp_live_'.repeat(900)}`])(
    'A3.5 answers at once to a long URL made for it',
    (url) => {
      const start = performance.now();
      expect(evaluate(url)).toEqual({ allowed: true });
      expect(performance.now() - start).toBeLessThan(50);
    },
  );

  it('A4.5 B3.2 is logged as a sign of an attack, and answered like any request that cannot be understood', () => {
    const errors = [new CredentialMisplaced('credential-in-url'), new CredentialMisplaced('two-credentials')];
    expect(errors).toMatchObject([
      { status: 400, code: 'malformed-request', context: { event: 'authn_token_in_url' } },
      { status: 400, code: 'malformed-request', context: { event: 'malicious_extraneous' } },
    ]);
  });
});
