import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Clock } from '../../src/platform/time/index.js';
import { useApp } from '../support/app.ts';
import { Caller, type Answer } from '../support/caller.ts';
import { startMailServer } from '../support/mail-server.ts';
import { Mailbox, newPassword, somebody, SUBJECTS } from '../support/mailbox.ts';
import { signIn, TestOrganization, type Member, type SignedIn } from '../support/organization.ts';
import { brokenRules, expectProblem, visibleOf } from '../support/problem.ts';

const mails = await startMailServer();
const app = useApp({ SMTP_URL: mails.url });
const mailbox = new Mailbox(mails);
let organization: TestOrganization;
let ada: SignedIn;

beforeAll(async () => {
  organization = await TestOrganization.create(app());
});
beforeEach(async () => {
  ada = await organization.as('receptionist');
});
afterAll(() => mails.close());

const stranger = () => new Caller(app());
const post = (path: string, body: object): Promise<Answer> => stranger().post(`/v1/auth/${path}`, body);
const login = ({ email, password }: Pick<Member, 'email' | 'password'>) => post('login', { email, password });
const refresh = ({ tokens }: SignedIn) => post('refresh', { refreshToken: tokens.refreshToken });

/** More than five minutes, and not yet the end of the access token and its leeway. */
function letTheProofGrowOld(): void {
  vi.spyOn(app().get(Clock), 'now').mockImplementation(() => new Date(Date.now() + 302_000));
}

function expectStepUp(answer: Answer): void {
  expectProblem(answer, 'step-up-required');
  expect(answer.headers['www-authenticate']).toContain('error="insufficient_user_authentication"');
  expect(answer.headers['www-authenticate']).toContain('max_age="300"');
}

describe('changing the password', () => {
  const change = (newOne: string, current = ada.member.password, by = ada) =>
    by.post('/v1/me/password', { currentPassword: current, newPassword: newOne });

  it('B13.3 ends all sessions at once, the one that asked included, and tells the person', async () => {
    const other = await signIn(app(), ada.member);
    const password = newPassword();
    const answer = await change(password);
    expect(answer.status).toBe(204);
    expect(answer.text).toBe('');
    for (const session of [ada, other]) {
      expectProblem(await session.get('/v1/me'), 'unauthenticated');
      expectProblem(await refresh(session), 'invalid-refresh-token');
    }
    expectProblem(await login(ada.member), 'invalid-credentials');
    expect((await login({ ...ada.member, password })).status).toBe(200);
    expect(await mailbox.subjectsTo(ada.member.email)).toContainEqual(expect.stringMatching(SUBJECTS.passwordChanged));
  });

  it('voids the links that are out', async () => {
    const { email } = ada.member;
    const resetToken = await mailbox.tokenAfter(email, SUBJECTS.reset, () => post('forgot-password', { email }));
    const newEmail = somebody();
    const emailToken = await mailbox.tokenAfter(newEmail, SUBJECTS.newAddress, () =>
      ada.post('/v1/me/email', { email: newEmail }),
    );
    await change(newPassword());
    expectProblem(await post('reset-password', { token: resetToken, password: newPassword() }), 'invalid-token');
    expectProblem(await post('verify-email', { token: emailToken }), 'invalid-token');
  });

  it('A1.3 needs the current one: a wrong one changes nothing and is counted', async () => {
    for (let guess = 0; guess < 5; guess += 1)
      expectProblem(await change(newPassword(), 'wrong'), 'invalid-credentials');
    const refused = await change(newPassword());
    expectProblem(refused, 'too-many-attempts');
    expect(refused.headers['retry-after']).toBe('10');
    // The session goes on, and the password is the old one: the device of the guesses waits, another one signs in.
    expect((await ada.get('/v1/me')).status).toBe(200);
    expect((await login(ada.member)).status).toBe(200);
  });

  it('A1.5 needs a fresh proof', async () => {
    letTheProofGrowOld();
    expect((await ada.get('/v1/me')).status).toBe(200);
    expectStepUp(await change(newPassword()));
    vi.restoreAllMocks();
    expect((await login(ada.member)).status).toBe(200);
  });

  it.each([
    ['short', () => 'fourteen chars', 'too-short'],
    ['long', () => 'x'.repeat(129), 'too-long'],
    ['made of the address', () => `${ada.member.email}!!`, 'context-word'],
  ])('A1.1 refuses a new one that is %s, and ends nothing', async (_what, password, rule) => {
    const answer = await change(password());
    expectProblem(answer, 'validation-failed');
    expect(brokenRules(answer)).toEqual({ '#/newPassword': rule });
    expect((await ada.get('/v1/me')).status).toBe(200);
    expect((await login(ada.member)).status).toBe(200);
  });

  it('is nothing that a stranger can ask for', async () => {
    const body = { currentPassword: ada.member.password, newPassword: newPassword() };
    expectProblem(await stranger().post('/v1/me/password', body), 'unauthenticated');
  });
});

describe('A1.6 changing the e-mail address', () => {
  const ask = (email: string, by = ada) => by.post('/v1/me/email', { email });
  const adasMails = () => mailbox.subjectsTo(ada.member.email);

  it('tells the old address at once, and changes nothing before the new one is confirmed', async () => {
    const email = somebody();
    const answer = await ask(email);
    expect(answer.status).toBe(202);
    expect(answer.text).toBe('');
    expect(await adasMails()).toContainEqual(expect.stringMatching(SUBJECTS.emailChangeAsked));
    const { text } = await mails.waitForMail(ada.member.email, { subject: SUBJECTS.emailChangeAsked });
    expect(text).toContain('DELETE /v1/me/sessions');
    expect(text).not.toMatch(/[\w-]{43}/);
    expect((await login(ada.member)).status).toBe(200);
    expectProblem(await login({ ...ada.member, email }), 'invalid-credentials');
  });

  it('takes effect with the link that the new address got, and tells both', async () => {
    const email = somebody();
    const token = await mailbox.tokenAfter(email, SUBJECTS.newAddress, () => ask(email));
    expect((await post('verify-email', { token })).status).toBe(204);
    expect((await login({ ...ada.member, email })).status).toBe(200);
    expectProblem(await login(ada.member), 'invalid-credentials');
    expect((await ada.get('/v1/me')).body['email']).toBe(email);
    expect(await adasMails()).toContainEqual(expect.stringMatching(SUBJECTS.emailChanged));
    expect(await mailbox.subjectsTo(email)).toContainEqual(expect.stringMatching(SUBJECTS.emailChanged));
    expectProblem(await post('verify-email', { token }), 'invalid-token');
  });

  it('voids the links for the old address: a reset mail that lies in it is worth nothing', async () => {
    const old = ada.member.email;
    const resetToken = await mailbox.tokenAfter(old, SUBJECTS.reset, () => post('forgot-password', { email: old }));
    const email = somebody();
    const token = await mailbox.tokenAfter(email, SUBJECTS.newAddress, () => ask(email));
    await post('verify-email', { token });
    expectProblem(await post('reset-password', { token: resetToken, password: newPassword() }), 'invalid-token');
    expect((await login({ ...ada.member, email })).status).toBe(200);
  });

  it('voids the link of an earlier wish', async () => {
    const [first, second] = [somebody(), somebody()];
    const older = await mailbox.tokenAfter(first, SUBJECTS.newAddress, () => ask(first));
    const newer = await mailbox.tokenAfter(second, SUBJECTS.newAddress, () => ask(second));
    expectProblem(await post('verify-email', { token: older }), 'invalid-token');
    expect((await post('verify-email', { token: newer })).status).toBe(204);
  });

  it('A1.3 to one that is taken is answered alike, changes nothing, and tells its owner', async () => {
    const other = await organization.addMember('patient');
    const answer = await ask(other.email);
    expect(visibleOf(answer)).toEqual(visibleOf(await ask(somebody())));
    expect(await mailbox.subjectsTo(other.email)).toEqual([expect.stringMatching(SUBJECTS.accountExists)]);
    expect((await login(ada.member)).status).toBe(200);
    expect((await login(other)).status).toBe(200);
  });

  it('to one that is taken in the meantime is refused, and both keep theirs', async () => {
    const bob = await organization.as('receptionist');
    const email = somebody();
    const adas = await mailbox.tokenAfter(email, SUBJECTS.newAddress, () => ask(email));
    const bobs = await mailbox.tokenAfter(email, SUBJECTS.newAddress, () => ask(email, bob));
    expect((await post('verify-email', { token: bobs })).status).toBe(204);
    expectProblem(await post('verify-email', { token: adas }), 'invalid-token');
    expect((await login(ada.member)).status).toBe(200);
    expect((await login({ ...bob.member, email })).status).toBe(200);
  });

  it('A1.5 needs a fresh proof', async () => {
    letTheProofGrowOld();
    const email = somebody();
    expectStepUp(await ask(email));
    expect(await mailbox.subjectsTo(email)).toEqual([]);
    expect(await adasMails()).not.toContainEqual(expect.stringMatching(SUBJECTS.emailChangeAsked));
  });
});
