import { createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.ts';
import { Caller, type Answer } from '../support/caller.ts';
import { encode, es256, TokenForge, type Signer } from '../support/forged-token.ts';
import { TestOrganization, type SignedIn } from '../support/organization.ts';
import { expectProblem } from '../support/problem.ts';
import { portOf, sendRaw } from '../support/raw-request.ts';

/**
 * Somebody makes, alters or misplaces an access token (RFC 8725 §2). Each row differs from a token that is accepted in
 * exactly what its name says: the first table shows that the forge's own work is good.
 */
const app = useApp();
let clinician: SignedIn;
let stranger: SignedIn;
let forge: TokenForge;

const now = () => Math.floor(Date.now() / 1000);
const ownKey = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
const ed25519 = generateKeyPairSync('ed25519').privateKey;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const ownJwk = ownKey.publicKey.export({ format: 'jwk' });
const NOBODY = '00000000-0000-4000-8000-000000000000';

beforeAll(async () => {
  await app().listen(0, '127.0.0.1');
  clinician = await (await TestOrganization.create(app())).as('clinician');
  stranger = await (await TestOrganization.create(app())).as('clinician');
  forge = new TokenForge(app(), clinician.tokens.accessToken);
});

function meWith(headers: Readonly<Record<string, string>>, url = '/v1/me'): Promise<Answer> {
  return new Caller(app()).get(url, { headers });
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const header = (changes: object) => () => forge.forge({ header: { ...changes } });
const claims = (changes: () => object) => () => forge.forge({ claims: { ...changes() } });
const without = (name: string) => () => forge.forge({ claims: { [name]: undefined } });
const hmac =
  (secret: () => string): Signer =>
  (input) =>
    createHmac('sha256', secret()).update(input).digest();
const publicPem = () => createPublicKey(forge.key).export({ type: 'spki', format: 'pem' }).toString();
const publicJwk = () => JSON.stringify(createPublicKey(forge.key).export({ format: 'jwk' }));
const parts = () => clinician.tokens.accessToken.split('.') as [string, string, string];

describe('B13.1 accepts', () => {
  it.each<[string, () => Record<string, string>]>([
    ['the token of a sign-in', () => bearer(clinician.tokens.accessToken)],
    ['the same claims, signed by a second implementation', () => bearer(forge.forge())],
    ['A13.2 a clock that is 3 seconds behind', () => bearer(forge.forge({ claims: { exp: now() - 3 } }))],
    ['a clock that is 3 seconds ahead', () => bearer(forge.forge({ claims: { nbf: now() + 3, iat: now() + 3 } }))],
    ['the scheme in lower case', () => ({ authorization: `bearer ${clinician.tokens.accessToken}` })],
  ])('%s', async (_name, headers) => {
    const answer = await meWith(headers());
    expect(answer.status).toBe(200);
    expect(answer.body['id']).toBe(clinician.member.userId);
  });
});

describe('B13.1 refuses', () => {
  it.each<[string, () => string]>([
    // What is no JWT.
    ['an empty token', () => ''],
    ['what is no JWT', () => 'open-sesame'],
    ['two parts', () => parts().slice(0, 2).join('.')],
    ['four parts', () => `${clinician.tokens.accessToken}.e30`],
    ['five parts, as an encrypted token has', () => `${clinician.tokens.accessToken}.e30.e30`],
    ['three empty parts', () => '..'],
    ['a header that is no JSON', () => `bm9uc2Vuc2U.${parts()[1]}.${parts()[2]}`],
    ['a header that is null', () => `${encode(null)}.${parts()[1]}.${parts()[2]}`],
    ['a header that is a list', () => `${encode([])}.${parts()[1]}.${parts()[2]}`],
    ['claims that are no JSON', () => `${parts()[0]}.bm9uc2Vuc2U.${parts()[2]}`],
    ['a token of 100 KB', () => `${'A'.repeat(100_000)}.${parts()[1]}.${parts()[2]}`],
    [
      'claims of 100 KB',
      () => forge.forge({ claims: { padding: 'x'.repeat(100_000) }, signer: es256(ownKey.privateKey) }),
    ],
    ['a refresh token', () => clinician.tokens.refreshToken],

    // Who signed it, and how.
    ['a token signed with another key', () => forge.forge({ signer: es256(ownKey.privateKey) })],
    ['no signature', () => `${parts()[0]}.${parts()[1]}.`],
    ['a signature cut short', () => clinician.tokens.accessToken.slice(0, -8)],
    ['a signature of zeros (CVE-2022-21449)', () => forge.forge({ signer: () => Buffer.alloc(64) })],
    ['a signature in DER', () => forge.forge({ signer: (input) => sign('sha256', Buffer.from(input), forge.key) })],
    [
      'the signature of other claims',
      () =>
        `${forge
          .forge({ claims: { jti: NOBODY } })
          .split('.')
          .slice(0, 2)
          .join('.')}.${parts()[2]}`,
    ],
    ['alg none', () => forge.forge({ header: { alg: 'none' }, signer: () => Buffer.alloc(0) })],
    ['alg none with a good signature', header({ alg: 'none' })],
    ['alg NoNe', () => forge.forge({ header: { alg: 'NoNe' }, signer: () => Buffer.alloc(0) })],
    ['no alg', header({ alg: undefined })],
    ['HS256 with the public key in PEM', () => forge.forge({ header: { alg: 'HS256' }, signer: hmac(publicPem) })],
    ['HS256 with the public key as a JWK', () => forge.forge({ header: { alg: 'HS256' }, signer: hmac(publicJwk) })],
    ['HS256 with an empty secret', () => forge.forge({ header: { alg: 'HS256' }, signer: hmac(() => '') })],
    ['an ES256 signature under HS256', header({ alg: 'HS256' })],
    ['an ES256 signature under ES384', header({ alg: 'ES384' })],
    ['an HMAC under ES256', () => forge.forge({ signer: hmac(publicPem) })],
    [
      'ES384',
      () =>
        forge.forge({
          header: { alg: 'ES384' },
          signer: (input) => sign('sha384', Buffer.from(input), { key: p384, dsaEncoding: 'ieee-p1363' }),
        }),
    ],
    ['a P-384 signature under ES256', () => forge.forge({ signer: es256(p384) })],
    [
      'EdDSA',
      () => forge.forge({ header: { alg: 'EdDSA' }, signer: (input) => sign(null, Buffer.from(input), ed25519) }),
    ],
    [
      'RS256',
      () => forge.forge({ header: { alg: 'RS256' }, signer: (input) => sign('sha256', Buffer.from(input), rsa) }),
    ],

    // A header that brings or names a key, or asks for more. Signed with the right key: the header alone is wrong.
    ['a typ of other JWTs', header({ typ: 'JWT' })],
    ['an ID token', header({ typ: 'id_token+jwt' })],
    ['a logout token', header({ typ: 'logout+jwt' })],
    ['no typ', header({ typ: undefined })],
    ['a list for a typ', header({ typ: ['at+jwt'] })],
    ['an unknown kid', header({ kid: 'unknown' })],
    ['no kid', header({ kid: undefined })],
    ['an empty kid', header({ kid: '' })],
    ['a kid that is a path', header({ kid: '../../../../dev/null' })],
    ['a kid that is SQL', header({ kid: "x' UNION SELECT 'secret' -- " })],
    ['a kid that is a command', header({ kid: '$(id)' })],
    ['a kid that every object has', header({ kid: 'constructor' })],
    ['an object for a kid', header({ kid: { toString: 'x' } })],
    ['an own key in jwk', () => forge.forge({ header: { jwk: ownJwk }, signer: es256(ownKey.privateKey) })],
    [
      'an own key in jwk and no kid',
      () => forge.forge({ header: { jwk: ownJwk, kid: undefined }, signer: es256(ownKey.privateKey) }),
    ],
    ['a jwk, even with the right key', header({ jwk: ownJwk })],
    ['a jku', header({ jku: 'http://127.0.0.1:1/jwks.json' })],
    ['an x5u', header({ x5u: 'http://127.0.0.1:1/cert.pem' })],
    ['an x5c', header({ x5c: ['MIIB'] })],
    ['an x5t#S256', header({ 'x5t#S256': 'AAAA' })],
    ['an unknown crit', header({ crit: ['exp2'], exp2: 1 })],
    ['an empty crit', header({ crit: [] })],
    ['b64 false', header({ b64: false, crit: ['b64'] })],
    ['a compressed token', header({ zip: 'DEF' })],

    // When.
    ['a token that has expired', claims(() => ({ exp: now() - 60 }))],
    ['A13.2 a token that expired more than the tolerance ago', claims(() => ({ exp: now() - 6 }))],
    ['a token that is not valid yet', claims(() => ({ nbf: now() + 60 }))],
    ['a token that was issued in the future', claims(() => ({ iat: now() + 60 }))],
    ['text for an expiry', claims(() => ({ exp: String(now() + 300) }))],
    ['null for an expiry', claims(() => ({ exp: null }))],
    ['a negative expiry', claims(() => ({ exp: -1 }))],
    ['an expiry beyond all numbers', claims(() => ({ exp: Number.MAX_VALUE }))],

    // For whom and from whom.
    ['another audience', claims(() => ({ aud: 'another-api' }))],
    ['our audience among others', claims(() => ({ aud: ['rampart-api', 'another-api'] }))],
    ['another issuer', claims(() => ({ iss: 'https://issuer.example' }))],
    ['our issuer with a slash more', claims(() => ({ iss: `${String(forge.claims['iss'])}/` }))],
    ...'iss sub aud exp iat nbf jti sid org scope client_id auth_time amr'
      .split(' ')
      .map((name): [string, () => string] => [`a token without ${name}`, without(name)]),

    // Whose session.
    ['an unknown session', claims(() => ({ sid: NOBODY }))],
    ['a session that is no id', claims(() => ({ sid: "' OR 1=1 --" }))],
    ['a list of sessions', claims(() => ({ sid: [forge.claims['sid']] }))],
    [
      'the session of somebody else',
      claims(() => ({ sid: new TokenForge(app(), stranger.tokens.accessToken).claims['sid'] })),
    ],
    ['somebody else in the own session', claims(() => ({ sub: stranger.member.userId }))],
    ['nobody in the own session', claims(() => ({ sub: NOBODY }))],
    [
      'another organization in the own session',
      claims(() => ({ org: new TokenForge(app(), stranger.tokens.accessToken).claims['org'] })),
    ],
  ])('%s', async (_name, token) => {
    const answer = await meWith(bearer(token()));
    expectProblem(answer, 'unauthenticated');
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="rampart", error="invalid_token"');
  });

  it('what it has refused, again and again', async () => {
    const token = forge.forge({ signer: es256(ownKey.privateKey) });
    for (let time = 0; time < 3; time += 1) expectProblem(await meWith(bearer(token)), 'unauthenticated');
  });

  it('a token that differs in one character from one that it has accepted', async () => {
    const token = clinician.tokens.accessToken;
    expect((await meWith(bearer(token))).status).toBe(200);
    for (const at of [0, 40, token.indexOf('.') + 5, token.length - 20]) {
      const changed = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
      expectProblem(await meWith(bearer(changed)), 'unauthenticated');
    }
  });
});

describe('takes a token from the Authorization header alone', () => {
  it('answers the plain challenge when there is none (RFC 6750 §3.1)', async () => {
    const answer = await meWith({});
    expectProblem(answer, 'unauthenticated');
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="rampart"');
  });

  it.each<[string, (token: string) => Record<string, string>]>([
    ['a cookie', (token) => ({ cookie: `access_token=${token}; Authorization=Bearer ${token}` })],
    ['X-Access-Token', (token) => ({ 'x-access-token': token })],
    ['Proxy-Authorization', (token) => ({ 'proxy-authorization': `Bearer ${token}` })],
    ['the Basic scheme', (token) => ({ authorization: `Basic ${token}` })],
    ['the DPoP scheme', (token) => ({ authorization: `DPoP ${token}` })],
    ['no scheme', (token) => ({ authorization: token })],
    ['a scheme without a token', () => ({ authorization: 'Bearer' })],
    ['a quoted token', (token) => ({ authorization: `Bearer "${token}"` })],
    ['a token with parameters', (token) => ({ authorization: `Bearer ${token}, realm="x"` })],
    ['two tokens', (token) => ({ authorization: `Bearer ${token} ${token}` })],
  ])('not from %s', async (_name, headers) => {
    expectProblem(await meWith(headers(clinician.tokens.accessToken)), 'unauthenticated');
  });

  it.each<[string, (token: string) => Record<string, string>, ((token: string) => string)?]>([
    ['access_token in the query', () => ({}), (token) => `/v1/me?access_token=${token}`],
    ['token in the query', () => ({}), (token) => `/v1/me?token=${token}`],
    ['two credentials in one value', (token) => ({ authorization: `Bearer ${token}, Bearer ${token}` })],
    ['another scheme first', (token) => ({ authorization: `Basic eDp5, Bearer ${token}` })],
  ])('A4.5 B3.2 and the whole request is refused with %s', async (_name, headers, url = () => '/v1/me') => {
    const token = clinician.tokens.accessToken;
    expectProblem(await meWith(headers(token), url(token)), 'malformed-request');
  });

  it.each([
    ['good, forged', () => [clinician.tokens.accessToken, forge.forge({ signer: es256(ownKey.privateKey) })]],
    ['forged, good', () => [forge.forge({ signer: es256(ownKey.privateKey) }), clinician.tokens.accessToken]],
    ['two that are good', () => [clinician.tokens.accessToken, stranger.tokens.accessToken]],
  ])('B3.2 not when the header comes twice: %s', async (_name, tokens) => {
    const answer = await sendRaw(app(), [
      'GET /v1/me HTTP/1.1',
      `Host: 127.0.0.1:${portOf(app())}`,
      ...tokens().map((token) => `Authorization: Bearer ${token}`),
      'Connection: close',
      '',
      '',
    ]);
    expect([400, 401]).toContain(answer.status);
  });
});
