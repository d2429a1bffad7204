import { afterAll, describe, expect, it } from 'vitest';
import { Database } from '../../src/platform/database/index.js';
import { useApp } from '../support/app.ts';
import { Caller, type Answer } from '../support/caller.ts';
import { startMailServer } from '../support/mail-server.ts';
import { Mailbox, newPassword, somebody, SUBJECTS, tokenOf } from '../support/mailbox.ts';
import { TestOrganization } from '../support/organization.ts';
import { brokenRules, expectProblem, visibleOf } from '../support/problem.ts';

const mails = await startMailServer();
const PUBLIC_URL = 'https://clinic.example';
const app = useApp({ SMTP_URL: mails.url, PUBLIC_URL });
const mailbox = new Mailbox(mails);

afterAll(() => mails.close());

const post = (path: string, body: object): Promise<Answer> => new Caller(app()).post(`/v1/auth/${path}`, body);
const login = (email: string, password: string) => post('login', { email, password });
const newcomer = () => ({ email: somebody(), password: newPassword(), displayName: 'Ada Lovelace' });

function findUser(email: string) {
  return app()
    .get(Database)
    .client.user.findUnique({
      where: { email },
      select: { displayName: true, memberships: { select: { role: true, organization: { select: { name: true } } } } },
    });
}

/** A newcomer who has confirmed the address. */
async function founder() {
  const person = newcomer();
  const token = await mailbox.tokenAfter(person.email, SUBJECTS.signUp, () => post('sign-up', person));
  const answer = await post('verify-email', { token });
  expect(answer.status).toBe(204);
  expect(answer.text).toBe('');
  return { ...person, token };
}

describe('signing up', () => {
  it('makes nothing before the link of the mail is used', async () => {
    const person = newcomer();
    const mail = await mailbox.mailAfter(person.email, SUBJECTS.signUp, () => post('sign-up', person));
    expect(await findUser(person.email)).toBeNull();
    expectProblem(await login(person.email, person.password), 'invalid-credentials');
    expect((await post('verify-email', { token: tokenOf(mail) })).status).toBe(204);
    expect((await login(person.email, person.password)).status).toBe(200);
  });

  it('founds an organization, under the name that is given or the own one, with the founder as its owner', async () => {
    const one = await founder();
    const membership = (name: string) => ({
      displayName: one.displayName,
      memberships: [{ role: 'owner', organization: { name } }],
    });
    expect(await findUser(one.email)).toEqual(membership(one.displayName));

    const other = { ...newcomer(), organizationName: 'North Clinic' };
    const token = await mailbox.tokenAfter(other.email, SUBJECTS.signUp, () => post('sign-up', other));
    await post('verify-email', { token });
    expect(await findUser(other.email)).toEqual(membership('North Clinic'));
  });

  it('A1.2 opens nothing but the enrolment of a second factor to the founder', async () => {
    const { email, password } = await founder();
    const { body } = await login(email, password);
    const caller = new Caller(app(), String(body['accessToken']));
    for (const path of ['/v1/me', '/v1/members', '/v1/me/sessions', '/v1/patients'])
      expectProblem(await caller.get(path), 'second-factor-required');
    expectProblem(
      await caller.post('/v1/me/password', { currentPassword: password, newPassword: newPassword() }),
      'second-factor-required',
    );
    expectProblem(await caller.post('/v1/me/email', { email: somebody() }), 'second-factor-required');
    expect((await caller.post('/v1/me/mfa/totp')).status).toBe(201);
  });

  it('knows the address however it is written', async () => {
    const person = newcomer();
    const token = await mailbox.tokenAfter(person.email, SUBJECTS.signUp, () =>
      post('sign-up', { ...person, email: ` ${person.email.toUpperCase()} ` }),
    );
    await post('verify-email', { token });
    expect((await login(person.email, person.password)).status).toBe(200);
  });

  it('works once: the link is void behind the first use, and stays so', async () => {
    const { token } = await founder();
    for (let use = 0; use < 2; use += 1) expectProblem(await post('verify-email', { token }), 'invalid-token');
  });
});

describe('A1.3 signing up with an address that has an account', () => {
  it('is answered like any other, and changes nothing', async () => {
    const known = await (await TestOrganization.create(app())).addMember('receptionist');
    const attempt = { email: known.email, password: newPassword(), displayName: 'Mallory' };
    const before = await findUser(known.email);
    const answer = await post('sign-up', attempt);
    expect(answer.status).toBe(202);
    expect(answer.text).toBe('');
    expect(visibleOf(answer)).toEqual(visibleOf(await post('sign-up', newcomer())));
    expect(await mailbox.subjectsTo(known.email)).toEqual([expect.stringMatching(SUBJECTS.accountExists)]);
    expect(await findUser(known.email)).toEqual(before);
    expectProblem(await login(known.email, attempt.password), 'invalid-credentials');
    expect((await login(known.email, known.password)).status).toBe(200);
  });

  it('sends its owner a mail without a token or a link', async () => {
    const known = await (await TestOrganization.create(app())).addMember('receptionist');
    const { text } = await mailbox.mailAfter(known.email, SUBJECTS.accountExists, () =>
      post('sign-up', { ...newcomer(), email: known.email }),
    );
    expect(text).not.toMatch(/https?:/);
    expect(text).not.toMatch(/[\w-]{43}/);
  });
});

describe('the mail that confirms an address', () => {
  it('holds a token of 256 bits, in the fragment of one link and on a line of its own', async () => {
    const person = newcomer();
    const { text } = await mailbox.mailAfter(person.email, SUBJECTS.signUp, () => post('sign-up', person));
    const token = tokenOf({ text, to: '', from: '', subject: '', raw: '' });
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    expect(text.match(/https?:\S*/g)).toEqual([`${PUBLIC_URL}/verify-email#token=${token}`]);
    expect(text.split('\n')).toContain(token);
    expect(text.split(token)).toHaveLength(3);
  });

  it('CWE-451 holds no word of whoever asked for it: a stranger cannot write to others in our name', async () => {
    const person = {
      ...newcomer(),
      displayName: 'Win money at https://evil.example',
      organizationName: 'https://evil.example',
    };
    const { raw } = await mailbox.mailAfter(person.email, SUBJECTS.signUp, () => post('sign-up', person));
    expect(raw).not.toContain('evil');
  });
});

describe('A1.1 a password that is not fit', () => {
  const person = { displayName: 'Ada Lovelace', organizationName: 'Analytical Engines' };
  it.each([
    ['short', 'fourteen chars', 'too-short'],
    ['too long', 'x'.repeat(129), 'too-long'],
    ['common', 'password12345678', 'too-common'],
    ['made of the own name', 'Ada Lovelace Ada Lovelace', 'context-word'],
    ['made of the organization', 'analytical engines!!', 'context-word'],
  ])('is refused at sign-up by its rule, and no mail is sent: %s', async (_what, password, rule) => {
    const email = somebody();
    const answer = await post('sign-up', { ...person, email, password });
    expectProblem(answer, 'validation-failed');
    expect(brokenRules(answer)).toEqual({ '#/password': rule });
    expect(answer.text).not.toContain(password);
    expect(await mailbox.subjectsTo(email)).toEqual([]);
  });

  it('is refused alike for an address that has an account', async () => {
    const { email } = await (await TestOrganization.create(app())).addMember('patient');
    const attempt = { displayName: 'Ada', password: 'fourteen chars' };
    const answer = await post('sign-up', { ...attempt, email });
    expect(visibleOf(answer)).toEqual(visibleOf(await post('sign-up', { ...attempt, email: somebody() })));
  });
});

describe('A3.1 a sign-up of another form', () => {
  const fit = { email: somebody(), password: newPassword(), displayName: 'Ada' };
  it.each<[string, object, Record<string, string>]>([
    ['nothing', {}, { '#/email': 'is-defined', '#/password': 'is-defined', '#/displayName': 'is-defined' }],
    ['a role', { ...fit, role: 'owner' }, { '#/role': 'unknown-field' }],
    ['an organization to join', { ...fit, organizationId: somebody() }, { '#/organizationId': 'unknown-field' }],
    ['two addresses', { ...fit, email: [fit.email, somebody()] }, { '#/email': 'is-string' }],
    ['a header', { ...fit, email: `a@test.example\r\nBcc: ${fit.email}` }, { '#/email': 'is-email' }],
    ['a blank name', { ...fit, displayName: '  ' }, { '#/displayName': 'is-length' }],
  ])('is refused, by field: %s', async (_name, body, rules) => {
    const answer = await post('sign-up', body);
    expectProblem(answer, 'validation-failed');
    expect(brokenRules(answer)).toEqual(rules);
  });

  it.each([
    ['short', 'x'.repeat(42)],
    ['long', 'x'.repeat(44)],
    ['of other characters', `${'x'.repeat(42)}/`],
  ])('and so is a token that is %s', async (_what, token) => {
    const answer = await post('verify-email', { token });
    expectProblem(answer, 'validation-failed');
    expect(Object.keys(brokenRules(answer))).toEqual(['#/token']);
  });
});
