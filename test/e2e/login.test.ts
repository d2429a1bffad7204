import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../../src/platform/database/index.js';
import { Caller, type Answer } from '../support/caller.ts';
import { startApp, useApp } from '../support/app.ts';
import { signIn, TestOrganization, type Member } from '../support/organization.ts';
import { brokenRules, expectProblem, visibleOf } from '../support/problem.ts';

const app = useApp();
let organization: TestOrganization;
let receptionist: Member;

beforeAll(async () => {
  organization = await TestOrganization.create(app());
  receptionist = await organization.addMember('receptionist');
});

function login(body: unknown): Promise<Answer> {
  return new Caller(app()).post('/v1/auth/login', body);
}

describe('signing in', () => {
  it('gives SessionTokens and nothing else', async () => {
    const answer = await login({ email: receptionist.email, password: receptionist.password });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      tokenType: 'Bearer',
      accessToken: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      expiresIn: 300,
      refreshToken: expect.stringMatching(/^[\w-]{43}$/),
      refreshExpiresIn: expect.toSatisfy((seconds: number) => seconds > 3590 && seconds <= 3600),
    });
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it('B7.6 puts no personal data and no role into the access token', async () => {
    const { tokens } = await signIn(app(), receptionist);
    const [header, claims] = tokens.accessToken.split('.').map((part) => Buffer.from(part, 'base64url').toString());
    expect(JSON.parse(String(header))).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: expect.any(String) });
    const names = 'iss sub aud exp iat nbf jti sid org scope client_id auth_time amr'.split(' ');
    expect(Object.keys(JSON.parse(String(claims))).toSorted()).toEqual(names.toSorted());
  });

  it('A13.1 issues access tokens that live 300 seconds', async () => {
    const { tokens } = await signIn(app(), receptionist);
    const { exp, iat } = JSON.parse(Buffer.from(String(tokens.accessToken.split('.')[1]), 'base64url').toString());
    expect(exp - iat).toBe(300);
  });

  it.each([
    ['in upper case', (email: string) => email.toUpperCase()],
    ['between spaces', (email: string) => `  ${email} `],
  ])('knows an e-mail address %s', async (_name, write) => {
    expect((await login({ email: write(receptionist.email), password: receptionist.password })).status).toBe(200);
  });
});

describe('A1.3 a failed sign-in', () => {
  // A new one for each: too many failures are answered in another way.
  let person: Member;
  beforeEach(async () => {
    person = await organization.addMember('receptionist');
  });

  it.each([
    ['an account that does not exist', () => ({ email: 'nobody@test.example', password: person.password })],
    ['a password in another case', () => ({ email: person.email, password: swapCase(person.password) })],
    ['a password cut short', () => ({ email: person.email, password: person.password.slice(0, -1) })],
    ['a password with a character more', () => ({ email: person.email, password: `${person.password}x` })],
    ['a blank password', () => ({ email: person.email, password: ' ' })],
    ['the hash of the password for a password', () => ({ email: person.email, password: '$argon2id$v=19$m=8' })],
    [
      'an organization that does not exist, and a wrong password',
      () => ({ email: person.email, password: 'wrong', organizationId: '00000000-0000-4000-8000-000000000000' }),
    ],
  ])('tells %s from a wrong password by nothing', async (_name, body) => {
    const wrong = await login({ email: person.email, password: 'wrong' });
    expectProblem(wrong, 'invalid-credentials');
    const answer = await login(body());
    expectProblem(answer, 'invalid-credentials');
    expect(visibleOf(answer)).toEqual(visibleOf(wrong));
  });

  it.each([
    ['the right', (member: Member) => member.password],
    ['a wrong', () => 'wrong'],
  ])('tells a suspended account with %s password from a wrong password by nothing', async (_name, password) => {
    const suspended = await organization.addMember('receptionist');
    const { client } = app().get(Database);
    await client.user.update({ where: { id: suspended.userId }, data: { suspendedAt: new Date() } });
    const wrong = await login({ email: person.email, password: 'wrong' });
    expect(visibleOf(await login({ email: suspended.email, password: password(suspended) }))).toEqual(visibleOf(wrong));
  });
});

describe('A1.1 a password', () => {
  it('whose hash has become cheap is hashed anew by the sign-in, and still works', async () => {
    const { userId, email, password } = await organization.addMember('patient');
    const { client } = app().get(Database);
    const hashOf = async () => (await client.user.findUniqueOrThrow({ where: { id: userId } })).passwordHash;
    expect(await hashOf()).toContain('$m=8,');
    const dearer = await startApp({ ARGON2_MEMORY_KIB: '16' });
    try {
      for (let times = 0; times < 2; times += 1) {
        expect((await new Caller(dearer).post('/v1/auth/login', { email, password })).status).toBe(200);
        expect(await hashOf()).toContain('$m=16,');
      }
    } finally {
      await dearer.close();
    }
  });

  it.each([
    ['begins and ends with spaces', '  correct horse battery  '],
    ['holds 128 characters', 'x'.repeat(128)],
    ['holds 128 characters outside the BMP', '\u{1F512}'.repeat(128)],
    ['holds a NUL and control characters', 'correct\u0000horse\u001b\tbattery'],
  ])('is taken as typed when it %s', async (_name, password) => {
    const member = await organization.addMember('patient', password);
    expect((await login({ email: member.email, password })).status).toBe(200);
  });

  it('is not trimmed', async () => {
    const member = await organization.addMember('patient', '  correct horse battery  ');
    expectProblem(await login({ email: member.email, password: 'correct horse battery' }), 'invalid-credentials');
  });

  it('is the same in both Unicode forms of the same characters', async () => {
    const member = await organization.addMember('patient', 'caf\u00e9 au lait \u1e9b\u0323');
    const decomposed = 'cafe\u0301 au lait \u1e9b\u0323';
    expect((await login({ email: member.email, password: decomposed })).status).toBe(200);
  });

  it('is not folded to compatibility forms: a ligature is not its letters', async () => {
    const member = await organization.addMember('patient', 'o\ufb03ce and so on');
    expectProblem(await login({ email: member.email, password: 'office and so on' }), 'invalid-credentials');
  });
});

describe('the organization of a session', () => {
  it('is the one joined first, or the one that the sign-in names', async () => {
    const other = await TestOrganization.create(app());
    await other.join(receptionist, 'patient');
    const me = (await signIn(app(), receptionist)).get('/v1/me');
    expect((await me).body).toMatchObject({ organizationId: organization.id, role: 'receptionist' });
    const there = (await signIn(app(), receptionist, other)).get('/v1/me');
    expect((await there).body).toMatchObject({ organizationId: other.id, role: 'patient' });
  });

  it('is refused alike when it does not exist and when the person is no member', async () => {
    const { email, password } = await organization.addMember('patient');
    const foreign = await TestOrganization.create(app());
    const answer = await login({ email, password, organizationId: foreign.id });
    expectProblem(answer, 'forbidden');
    const organizationId = '00000000-0000-4000-8000-000000000000';
    expect(visibleOf(answer)).toEqual(visibleOf(await login({ email, password, organizationId })));
  });
});

describe('A3.1 a sign-in of another form', () => {
  const email = 'somebody@test.example';
  const password = 'Tr0ub4dor-and-3-more';
  it.each<[string, unknown, Record<string, string>]>([
    ['nothing', {}, { '#/email': 'is-defined', '#/password': 'is-defined' }],
    ['no e-mail', { password }, { '#/email': 'is-defined' }],
    ['no password', { email }, { '#/password': 'is-defined' }],
    ['null for a password', { email, password: null }, { '#/password': 'is-defined' }],
    ['an empty password', { email, password: '' }, { '#/password': 'is-length' }],
    ['a password of 129 characters', { email, password: password.padEnd(129, 'x') }, { '#/password': 'is-length' }],
    ['a number for a password', { email, password: 12345678 }, { '#/password': 'is-string' }],
    ['a list for a password', { email, password: [password] }, { '#/password': 'is-string' }],
    ['an operator for a password', { email, password: { $ne: null } }, { '#/password': 'is-string' }],
    ['an operator for an e-mail', { email: { $gt: '' }, password }, { '#/email': 'is-string' }],
    ['no address', { email: 'not-an-address', password }, { '#/email': 'is-email' }],
    ['an address with a NUL', { email: 'a\u0000@test.example', password }, { '#/email': 'is-storable-text' }],
    ['an address with a line break', { email: 'a@test.example\r\nBcc: b@c.de', password }, { '#/email': 'is-email' }],
    ['an address of 300 characters', { email: `${'a'.repeat(290)}@a.example`, password }, { '#/email': 'max-length' }],
    ['an organization that is no id', { email, password, organizationId: '1' }, { '#/organizationId': 'is-uuid' }],
    ['null for an organization', { email, password, organizationId: null }, { '#/organizationId': 'is-uuid' }],
    ['an unknown field', { email, password, role: 'owner' }, { '#/role': 'unknown-field' }],
  ])('is refused, by field and without the value: %s', async (_name, body, rules) => {
    const answer = await login(body);
    expectProblem(answer, 'validation-failed');
    expect(brokenRules(answer)).toEqual(rules);
    expect(answer.text).not.toContain('Tr0ub4dor');
    expect(answer.text).not.toContain('somebody');
  });
});

function swapCase(text: string): string {
  return Array.from(text, (c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase())).join('');
}
