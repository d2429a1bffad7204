import { describe, expect, it } from 'vitest';
import { evaluateAccessToken } from './access-token.js';

const NOW = 1_800_000_000;
const ID = '0190a0b0-0000-7000-8000-000000000001';

const header = { typ: 'at+jwt', alg: 'ES256', kid: 'k' };
const payload = {
  iss: 'https://api.example.com',
  sub: ID,
  aud: 'rampart-api',
  exp: NOW + 300,
  iat: NOW,
  nbf: NOW,
  jti: ID,
  sid: ID,
  org: ID,
  scope: 'all',
  client_id: 'rampart-first-party',
  auth_time: NOW,
  amr: ['pwd'],
};

const evaluate = (token: unknown) => evaluateAccessToken(token, NOW);

describe('evaluateAccessToken', () => {
  it('B13.1 accepts a token of ours and gives its claims', () => {
    expect(evaluate({ header, payload })).toEqual({ accepted: true, claims: payload });
  });

  it('B7.6 drops claims that we do not know', () => {
    const verdict = evaluate({ header, payload: { ...payload, role: 'owner', email: 'a@b.example' } });
    expect(verdict).toEqual({ accepted: true, claims: payload });
  });

  it.each<[string, object]>([
    ['a JWT of another kind', { ...header, typ: 'JWT' }],
    ['an ID token', { ...header, typ: 'id+jwt' }],
    ['a logout token', { ...header, typ: 'logout+jwt' }],
    ['a DPoP proof', { ...header, typ: 'dpop+jwt' }],
    ['the media type in full', { ...header, typ: 'application/at+jwt' }],
    ['another case', { ...header, typ: 'AT+JWT' }],
    ['no type', { alg: 'ES256', kid: 'k' }],
    ['no algorithm', { ...header, alg: 'none' }],
    ['a shared secret', { ...header, alg: 'HS256' }],
    ['RSA', { ...header, alg: 'RS256' }],
    ['another curve', { ...header, alg: 'ES384' }],
    ['another case of the algorithm', { ...header, alg: 'es256' }],
    ['no key id', { typ: 'at+jwt', alg: 'ES256' }],
    ['a key id that is a number', { ...header, kid: 1 }],
    ['a key id that is a list', { ...header, kid: ['k'] }],
    ['a key of its own', { ...header, jwk: { kty: 'EC' } }],
    ['the address of a key', { ...header, jku: 'https://evil.example/jwks.json' }],
    ['a certificate', { ...header, x5c: ['MIIB'] }],
    ['the address of a certificate', { ...header, x5u: 'https://evil.example/cert' }],
    ['a critical extension', { ...header, crit: ['exp'] }],
    ['a critical extension of nothing', { ...header, crit: [] }],
    ['an unencoded payload', { ...header, b64: false }],
    ['a content type, as nested tokens have', { ...header, cty: 'JWT' }],
    ['compression', { ...header, zip: 'DEF' }],
    ['an unknown parameter', { ...header, x: 1 }],
  ])('B13.1 refuses a header with %s', (_what, changed) => {
    expect(evaluate({ header: changed, payload })).toEqual({ accepted: false, reason: 'wrong-header' });
  });

  const claims = Object.keys(payload);
  it.each(claims)('B13.1 refuses a token without %s', (claim) => {
    const rest = Object.fromEntries(Object.entries(payload).filter(([name]) => name !== claim));
    expect(evaluate({ header, payload: rest })).toEqual({ accepted: false, reason: 'wrong-claims' });
  });

  it.each(claims)('B13.1 refuses a token whose %s is null', (claim) => {
    expect(evaluate({ header, payload: { ...payload, [claim]: null } }).accepted).toBe(false);
  });

  it.each<[string, object]>([
    ['a subject that is an address', { sub: 'ada@example.com' }],
    ['a subject that is an object', { sub: { id: ID } }],
    ['a session that is no id', { sid: "' OR 1=1 --" }],
    ['an empty organization', { org: '' }],
    ['a list of audiences', { aud: ['rampart-api', 'evil-api'] }],
    ['an expiry that is text', { exp: String(NOW + 300) }],
    ['an expiry that is a fraction', { exp: NOW + 0.5 }],
    ['a negative expiry', { exp: -1 }],
    ['an expiry beyond all time', { exp: Number.MAX_VALUE }],
    ['an infinite expiry', { exp: Infinity }],
    ['a time that is a date', { iat: new Date() }],
    ['a scope that is a list', { scope: ['all'] }],
    ['methods that are text', { amr: 'pwd' }],
    ['methods that are numbers', { amr: [1] }],
    ['an id that is a number', { jti: 7 }],
  ])('B13.1 refuses %s', (_what, changed) => {
    expect(evaluate({ header, payload: { ...payload, ...changed } })).toEqual({
      accepted: false,
      reason: 'wrong-claims',
    });
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['text', 'eyJ'],
    ['a list', []],
    ['an empty object', {}],
    ['a payload without its header, which is what passport hands over without `complete`', payload],
    ['a header without a payload', { header }],
    ['a payload that is text', { header, payload: JSON.stringify(payload) }],
  ])('B13.1 refuses %s', (_what, token) => {
    expect(evaluate(token).accepted).toBe(false);
  });

  it.each([
    ['now', 0, true],
    ['a clock ahead by the tolerance', 5, true],
    ['a clock ahead by more', 6, false],
    ['tomorrow', 86_400, false],
    ['long ago', -86_400, true],
  ])('A13.2 judges a token issued %s', (_when, ahead, accepted) => {
    const verdict = evaluate({ header, payload: { ...payload, iat: NOW + ahead } });
    expect(verdict).toMatchObject(accepted ? { accepted } : { accepted, reason: 'not-yet-valid' });
  });

  it.each([
    ['now', 0, true],
    ['within the tolerance', 5, true],
    ['beyond the tolerance', 6, false],
    ['tomorrow', 86_400, false],
  ])('A13.2 judges a token that is good from %s', (_when, ahead, accepted) => {
    const verdict = evaluate({ header, payload: { ...payload, nbf: NOW + ahead } });
    expect(verdict).toMatchObject(accepted ? { accepted } : { accepted, reason: 'not-yet-valid' });
  });

  it.each([
    ['in a second', 1, true],
    ['now, within the tolerance', 0, true],
    ['at the last moment of the tolerance', -4, true],
    ['when the tolerance has passed', -5, false],
    ['yesterday', -86_400, false],
  ])('A13.2 judges a token that expires %s', (_when, ahead, accepted) => {
    const verdict = evaluate({ header, payload: { ...payload, exp: NOW + ahead } });
    expect(verdict).toMatchObject(accepted ? { accepted } : { accepted, reason: 'expired' });
  });
});
