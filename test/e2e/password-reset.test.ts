import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Database } from '../../src/platform/database/index.js';
import { Clock } from '../../src/platform/time/index.js';
import { useApp } from '../support/app.ts';
import { Caller, someAddress, type Answer } from '../support/caller.ts';
import { startMailServer } from '../support/mail-server.ts';
import { Mailbox, newPassword, somebody, SUBJECTS, tokenOf } from '../support/mailbox.ts';
import { signIn, TestOrganization, type Member, type SignedIn } from '../support/organization.ts';
import { brokenRules, expectProblem, visibleOf } from '../support/problem.ts';

const mails = await startMailServer();
const PUBLIC_URL = 'https://clinic.example';
const app = useApp({ SMTP_URL: mails.url, PUBLIC_URL });
const mailbox = new Mailbox(mails);
let organization: TestOrganization;
let ada: Member;

beforeAll(async () => {
  organization = await TestOrganization.create(app());
});
beforeEach(async () => {
  ada = await organization.addMember('receptionist');
});
afterAll(() => mails.close());

const post = (path: string, body: object, from = someAddress()): Promise<Answer> =>
  new Caller(app(), undefined, from).post(`/v1/auth/${path}`, body);
const login = (email: string, password: string) => post('login', { email, password });
const forgot = (email: string) => post('forgot-password', { email });
const reset = (token: string, password = newPassword()) => post('reset-password', { token, password });
const resetTokenOf = ({ email }: Member) => mailbox.tokenAfter(email, SUBJECTS.reset, () => forgot(email));

async function expectEnded(session: SignedIn): Promise<void> {
  expectProblem(await session.get('/v1/me'), 'unauthenticated');
  expectProblem(await post('refresh', { refreshToken: session.tokens.refreshToken }), 'invalid-refresh-token');
}

describe('asking for a new password', () => {
  it('A1.3 is answered alike for an account, a suspended one and none, and none gets no mail', async () => {
    const suspended = await organization.addMember('receptionist');
    const { client } = app().get(Database);
    await client.user.update({ where: { id: suspended.userId }, data: { suspendedAt: new Date() } });
    const unknown = somebody();
    const answer = await forgot(ada.email);
    expect(answer.status).toBe(202);
    expect(answer.text).toBe('');
    for (const email of [suspended.email, unknown]) expect(visibleOf(await forgot(email))).toEqual(visibleOf(answer));
    expect(await mailbox.subjectsTo(unknown)).toEqual([]);
    expect(await mailbox.subjectsTo(ada.email)).toEqual([expect.stringMatching(SUBJECTS.reset)]);
  });

  it('changes nothing: sessions go on, the password stays', async () => {
    const session = await signIn(app(), ada);
    await resetTokenOf(ada);
    expect((await session.get('/v1/me')).status).toBe(200);
    expect((await login(ada.email, ada.password)).status).toBe(200);
  });

  it('sends a token of 256 bits, in the fragment of one link and on a line of its own', async () => {
    const mail = await mailbox.mailAfter(ada.email, SUBJECTS.reset, () => forgot(ada.email));
    const token = tokenOf(mail);
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    expect(mail.text.match(/https?:\S*/g)).toEqual([`${PUBLIC_URL}/reset-password#token=${token}`]);
    expect(mail.text.split('\n')).toContain(token);
    expect(mail.text.split(token)).toHaveLength(3);
  });

  it('voids the token of an older mail, and only of the same person', async () => {
    const bob = await organization.addMember('patient');
    const [bobs, older] = [await resetTokenOf(bob), await resetTokenOf(ada)];
    const newer = await resetTokenOf(ada);
    expectProblem(await reset(older), 'invalid-token');
    expect((await reset(newer)).status).toBe(204);
    expect((await reset(bobs)).status).toBe(204);
  });
});

describe('A1.2 resetting the password', () => {
  it('B13.3 ends all sessions in all organizations at once, signs nobody in, and tells the person', async () => {
    const elsewhere = await TestOrganization.create(app());
    await elsewhere.join(ada, 'patient');
    const sessions = [await signIn(app(), ada), await signIn(app(), ada, elsewhere)];
    const [token, password] = [await resetTokenOf(ada), newPassword()];
    const answer = await reset(token, password);
    expect(answer.status).toBe(204);
    expect(answer.text).toBe('');
    expect(answer.headers['set-cookie']).toBeUndefined();
    for (const session of sessions) await expectEnded(session);
    expectProblem(await login(ada.email, ada.password), 'invalid-credentials');
    expect((await login(ada.email, password)).status).toBe(200);
    expect(await mailbox.subjectsTo(ada.email)).toContainEqual(expect.stringMatching(SUBJECTS.passwordChanged));
  });

  it('touches nobody else', async () => {
    const bob = await organization.as('receptionist');
    await reset(await resetTokenOf(ada));
    expect((await bob.get('/v1/me')).status).toBe(200);
    expect((await login(bob.member.email, bob.member.password)).status).toBe(200);
  });

  it('voids every other token of the account', async () => {
    const session = await signIn(app(), ada);
    const newEmail = somebody();
    const emailToken = await mailbox.tokenAfter(newEmail, SUBJECTS.newAddress, () =>
      session.post('/v1/me/email', { email: newEmail }),
    );
    await reset(await resetTokenOf(ada));
    expectProblem(await post('verify-email', { token: emailToken }), 'invalid-token');
    expect(
      await app()
        .get(Database)
        .client.oneTimeToken.count({ where: { userId: ada.userId } }),
    ).toBe(0);
  });

  it('voids a half-finished sign-in: its challenge was opened with the old password', async () => {
    const doctor = await organization.addMember('clinician');
    const { body } = await login(doctor.email, doctor.password);
    await reset(await resetTokenOf(doctor));
    const answer = await post('mfa', {
      challengeToken: body['challengeToken'],
      method: 'recovery_code',
      code: doctor.recoveryCodes[0],
    });
    expectProblem(answer, 'invalid-code');
  });

  it('A1.3 forgets what strangers have guessed', async () => {
    for (let guess = 0; guess < 5; guess += 1) await login(ada.email, 'wrong');
    expectProblem(await login(ada.email, ada.password), 'too-many-attempts');
    const password = newPassword();
    await reset(await resetTokenOf(ada), password);
    expect((await login(ada.email, password)).status).toBe(200);
  });

  it('A1.3 forgets what strangers have guessed at the second factor', async () => {
    const doctor = await organization.addMember('clinician');
    const tries = async (code: string | undefined, password: string) => {
      const { body } = await login(doctor.email, password);
      return post('mfa', { challengeToken: body['challengeToken'], method: 'recovery_code', code });
    };
    for (let guess = 0; guess < 5; guess += 1) await tries('AAAA-AAAA', doctor.password);
    expectProblem(await tries(doctor.recoveryCodes[0], doctor.password), 'too-many-attempts');
    const password = newPassword();
    await reset(await resetTokenOf(doctor), password);
    expect((await tries(doctor.recoveryCodes[0], password)).status).toBe(200);
  });

  it.each([
    ['short', () => 'fourteen chars', 'too-short'],
    ['too long', () => 'x'.repeat(129), 'too-long'],
    ['common', () => 'password12345678', 'too-common'],
    ['made of the address', () => `${ada.email}!!`, 'context-word'],
  ])('A1.1 refuses a password that is %s, and leaves the token for another try', async (_what, password, rule) => {
    const token = await resetTokenOf(ada);
    const refused = await reset(token, password());
    expectProblem(refused, 'validation-failed');
    expect(brokenRules(refused)).toEqual({ '#/password': rule });
    expect((await login(ada.email, ada.password)).status).toBe(200);
    expect((await reset(token)).status).toBe(204);
  });
});

describe('a reset with a token that is no good changes nothing', () => {
  async function expectRefused(token: string, session: SignedIn): Promise<void> {
    expectProblem(await reset(token), 'invalid-token');
    expect((await session.get('/v1/me')).status).toBe(200);
    expect((await login(ada.email, ada.password)).status).toBe(200);
  }

  it('A7.4 because it was used', async () => {
    const [token, password] = [await resetTokenOf(ada), newPassword()];
    await reset(token, password);
    ada = { ...ada, password };
    await expectRefused(token, await signIn(app(), ada));
  });

  it('because it is another one by one character', async () => {
    const token = await resetTokenOf(ada);
    const session = await signIn(app(), ada);
    const other = token.startsWith('A') ? 'B' : 'A';
    await expectRefused(`${other}${token.slice(1)}`, session);
    expect((await reset(token)).status).toBe(204);
  });

  it('because an hour has passed', async () => {
    const [token, session] = [await resetTokenOf(ada), await signIn(app(), ada)];
    const clock = vi.spyOn(app().get(Clock), 'now').mockImplementation(() => new Date(Date.now() + 3_600_000));
    expectProblem(await reset(token), 'invalid-token');
    clock.mockImplementation(() => new Date(Date.now() + 3_590_000));
    const early = await reset(token, 'fourteen chars');
    expect(brokenRules(early)).toEqual({ '#/password': 'too-short' });
    vi.restoreAllMocks();
    await expectRefused(newTokenLike(token), session);
  });

  it('because it is for another purpose', async () => {
    const session = await signIn(app(), ada);
    const email = somebody();
    const emailToken = await mailbox.tokenAfter(email, SUBJECTS.newAddress, () =>
      session.post('/v1/me/email', { email }),
    );
    await expectRefused(emailToken, session);
    const doctor = await organization.addMember('clinician');
    const { body } = await login(doctor.email, doctor.password);
    for (const token of [body['challengeToken'], session.tokens.refreshToken])
      await expectRefused(String(token), session);
  });

  it('because it is the one of somebody else: it is theirs that changes', async () => {
    const bob = await organization.addMember('patient');
    const [token, session, password] = [await resetTokenOf(bob), await signIn(app(), ada), newPassword()];
    expect((await reset(token, password)).status).toBe(204);
    expect((await session.get('/v1/me')).status).toBe(200);
    expectProblem(await login(ada.email, password), 'invalid-credentials');
    expect((await login(bob.email, password)).status).toBe(200);
  });
});

/** A token of the right form that nobody has issued. */
function newTokenLike(token: string): string {
  return Array.from(token).toReversed().join('');
}
