import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Database } from '../../src/platform/database/index.js';
import { Clock } from '../../src/platform/time/index.js';
import { useApp } from '../support/app.ts';
import { Caller, type Answer } from '../support/caller.ts';
import { startMailServer } from '../support/mail-server.ts';
import { Mailbox, newPassword, somebody, SUBJECTS } from '../support/mailbox.ts';
import { signIn, TestOrganization, type SignedIn } from '../support/organization.ts';
import { brokenRules, expectProblem } from '../support/problem.ts';

const mails = await startMailServer();
const app = useApp({ SMTP_URL: mails.url });
const mailbox = new Mailbox(mails);
let clinic: TestOrganization;
let owner: SignedIn;

beforeAll(async () => {
  clinic = await TestOrganization.create(app());
  owner = await clinic.as('owner');
});
afterAll(() => mails.close());

const post = (path: string, body: object): Promise<Answer> => new Caller(app()).post(`/v1/auth/${path}`, body);
const accept = (token: string, body: object = {}) => post('accept-invitation', { token, ...body });
const newcomer = () => ({ password: newPassword(), displayName: 'Ada Lovelace' });

function invite(email: string, role = 'receptionist', by = owner): Promise<string> {
  return mailbox.tokenAfter(email, SUBJECTS.invitation, () => by.post('/v1/members/invitations', { email, role }));
}

function findUser(email: string) {
  return app()
    .get(Database)
    .client.user.findUnique({
      where: { email },
      select: { displayName: true, memberships: { select: { organizationId: true, role: true } } },
    });
}

describe('accepting an invitation', () => {
  it('opens an account for somebody who has none, and makes them a member and nothing else', async () => {
    const [email, body] = [somebody(), newcomer()];
    const answer = await accept(await invite(email), body);
    expect(answer.status).toBe(204);
    expect(answer.text).toBe('');
    expect(await findUser(email)).toEqual({
      displayName: body.displayName,
      memberships: [{ organizationId: clinic.id, role: 'receptionist' }],
    });
    expect((await post('login', { email, password: body.password })).status).toBe(200);
  });

  it('A1.2 leaves a role that needs a second factor nothing but the enrolment', async () => {
    const [email, body] = [somebody(), newcomer()];
    await accept(await invite(email, 'clinician'), body);
    const signedIn = await post('login', { email, password: body.password });
    const caller = new Caller(app(), String(signedIn.body['accessToken']));
    expectProblem(await caller.get('/v1/patients'), 'second-factor-required');
  });

  it('needs no password of somebody who has an account, and changes neither theirs nor their name', async () => {
    const member = await (await TestOrganization.create(app())).addMember('patient');
    const before = await findUser(member.email);
    const answer = await accept(await invite(member.email), newcomer());
    expect(answer.status).toBe(204);
    expect((await findUser(member.email))?.displayName).toBe(before?.displayName);
    expect((await (await signIn(app(), member, clinic)).get('/v1/me')).body['role']).toBe('receptionist');

    const other = await (await TestOrganization.create(app())).addMember('patient');
    expect((await accept(await invite(other.email))).status).toBe(204);
    expect((await signIn(app(), other, clinic)).tokens.accessToken).not.toBe('');
  });

  it('names what is missing of a new account, and leaves the token', async () => {
    const [email, body] = [somebody(), newcomer()];
    const token = await invite(email);
    const nothing = await accept(token);
    expectProblem(nothing, 'validation-failed');
    expect(brokenRules(nothing)).toEqual({ '#/password': 'is-defined', '#/displayName': 'is-defined' });
    expect(brokenRules(await accept(token, { password: body.password }))).toEqual({ '#/displayName': 'is-defined' });
    const { displayName } = body;
    expect(brokenRules(await accept(token, { displayName }))).toEqual({ '#/password': 'is-defined' });
    expect(await findUser(email)).toBeNull();
    expect((await accept(token, body)).status).toBe(204);
  });

  it('A1.1 refuses a password that is not fit, and leaves the token', async () => {
    const [email, body] = [somebody(), newcomer()];
    const token = await invite(email);
    const answer = await accept(token, { ...body, password: 'Ada Lovelace Ada Lovelace' });
    expect(brokenRules(answer)).toEqual({ '#/password': 'context-word' });
    expect((await accept(token, body)).status).toBe(204);
  });

  it('voids the sign-ups for the same address that are out', async () => {
    const [email, body] = [somebody(), newcomer()];
    const signUp = await mailbox.tokenAfter(email, SUBJECTS.signUp, () =>
      post('sign-up', { email, password: newPassword(), displayName: 'Mallory' }),
    );
    await accept(await invite(email), body);
    expectProblem(await post('verify-email', { token: signUp }), 'invalid-token');
    expect((await findUser(email))?.displayName).toBe(body.displayName);
    expect((await post('login', { email, password: body.password })).status).toBe(200);
  });
});

describe('an invitation is no good any more', () => {
  /** The address stays unknown, whoever has its mail. */
  async function expectVoid(token: string, email: string): Promise<void> {
    const before = await findUser(email);
    expectProblem(await accept(token, newcomer()), 'invalid-token');
    expect(await findUser(email)).toEqual(before);
  }

  it('A7.4 behind its first use', async () => {
    const email = somebody();
    const token = await invite(email);
    await accept(token, newcomer());
    await expectVoid(token, email);
  });

  it('behind seven days', async () => {
    const email = somebody();
    const token = await invite(email);
    const days = (count: number) => Date.now() + count * 86_400_000;
    const clock = vi.spyOn(app().get(Clock), 'now').mockImplementation(() => new Date(days(7)));
    await expectVoid(token, email);
    clock.mockImplementation(() => new Date(days(6.9)));
    expect((await accept(token, newcomer())).status).toBe(204);
  });

  it.each<[string, (inviter: SignedIn, by: SignedIn) => Promise<Answer>]>([
    ['has another role now', ({ member }, by) => by.patch(`/v1/members/${member.userId}`, { role: 'receptionist' })],
    ['is no member any more', ({ member }, by) => by.delete(`/v1/members/${member.userId}`)],
  ])('A1.6 when the owner who sent it %s', async (_what, end) => {
    const organization = await TestOrganization.create(app());
    const [inviter, other] = [await organization.as('owner'), await organization.as('owner')];
    const email = somebody();
    const token = await invite(email, 'clinician', inviter);
    const kept = await invite(somebody(), 'clinician', other);
    expect((await end(inviter, other)).status).toBeLessThan(300);
    await expectVoid(token, email);
    expect((await accept(kept, newcomer())).status).toBe(204);
  });

  it('A1.6 for somebody who has an account neither, when the inviter had to go', async () => {
    const organization = await TestOrganization.create(app());
    const [inviter, other] = [await organization.as('owner'), await organization.as('owner')];
    const member = await clinic.addMember('patient');
    const token = await invite(member.email, 'clinician', inviter);
    await other.delete(`/v1/members/${inviter.member.userId}`);
    await expectVoid(token, member.email);
  });

  it('when it is a token of another purpose', async () => {
    const email = somebody();
    const signUp = { email, password: newPassword(), displayName: 'Ada' };
    const token = await mailbox.tokenAfter(email, SUBJECTS.signUp, () => post('sign-up', signUp));
    await expectVoid(token, email);
    expect((await post('verify-email', { token })).status).toBe(204);
  });
});
