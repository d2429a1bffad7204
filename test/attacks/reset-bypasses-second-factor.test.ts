import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.ts';
import { Caller, type Answer } from '../support/caller.ts';
import { startMailServer } from '../support/mail-server.ts';
import { Mailbox, newPassword, SUBJECTS } from '../support/mailbox.ts';
import { enrol, signIn, TestOrganization, type Member } from '../support/organization.ts';
import { expectProblem } from '../support/problem.ts';

/**
 * Somebody has got into a mailbox and resets the password, to be let in without the second factor, or to get rid of it
 * (CWE-640; SP 800-63B-4 §4.2: who recovers one factor still has to show the other one).
 */
const mails = await startMailServer();
const app = useApp({ SMTP_URL: mails.url });
const mailbox = new Mailbox(mails);
let organization: TestOrganization;

beforeAll(async () => {
  organization = await TestOrganization.create(app());
});
afterAll(() => mails.close());

const post = (path: string, body: object): Promise<Answer> => new Caller(app()).post(`/v1/auth/${path}`, body);

/** With the mailbox and without the second factor. */
async function resetPasswordOf({ email }: Member): Promise<string> {
  const token = await mailbox.tokenAfter(email, SUBJECTS.reset, () => post('forgot-password', { email }));
  const password = newPassword();
  const answer = await post('reset-password', { token, password });
  expect(answer.status).toBe(204);
  expect(answer.text).toBe('');
  return password;
}

describe('A1.2 a reset of the password', () => {
  it.each<[string, () => Promise<Member>]>([
    ['has to have a second factor', () => organization.addMember('clinician')],
    ['has chosen to have one', async () => enrol(app(), await organization.addMember('receptionist'))],
  ])('asks somebody who %s for it at the next sign-in', async (_who, person) => {
    const member = await person();
    const password = await resetPasswordOf(member);
    const { status, body } = await post('login', { email: member.email, password });
    expect(status).toBe(200);
    expect(Object.keys(body).toSorted()).toEqual(['challengeToken', 'expiresIn', 'methods', 'mfaRequired']);
    expect(body['methods']).toEqual(['totp', 'recovery_code']);
    const { challengeToken } = body;
    expectProblem(await post('mfa', { challengeToken, method: 'totp', code: '000000' }), 'invalid-code');
    expect((await signIn(app(), { ...member, password })).accessToken).toBeDefined();
  });

  it('opens no session, and its token is none', async () => {
    const member = await organization.addMember('clinician');
    const { email } = member;
    const token = await mailbox.tokenAfter(email, SUBJECTS.reset, () => post('forgot-password', { email }));
    expectProblem(await new Caller(app(), token).get('/v1/me'), 'unauthenticated');
    expectProblem(await post('refresh', { refreshToken: token }), 'invalid-refresh-token');
    expectProblem(
      await post('mfa', { challengeToken: token, method: 'recovery_code', code: member.recoveryCodes[0] }),
      'invalid-code',
    );
    expect((await post('reset-password', { token, password: newPassword() })).status).toBe(204);
  });

  it('leaves the second factor what it is: the authenticator and each recovery code that is left', async () => {
    const member = await organization.addMember('clinician');
    const used = member.recoveryCodes.at(-1);
    await signIn(app(), member);
    const password = await resetPasswordOf(member);
    const { challengeToken } = (await post('login', { email: member.email, password })).body;
    expectProblem(await post('mfa', { challengeToken, method: 'recovery_code', code: used }), 'invalid-code');
    const session = await signIn(app(), { ...member, password });
    expectProblem(await session.post('/v1/me/mfa/totp'), 'conflict');
  });
});
