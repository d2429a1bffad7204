import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Clock } from '../../src/platform/time/index.js';
import { useApp } from '../support/app.ts';
import { Caller, type Answer } from '../support/caller.ts';
import { startMailServer } from '../support/mail-server.ts';
import { Mailbox, newPassword, somebody } from '../support/mailbox.ts';
import { TestOrganization } from '../support/organization.ts';
import { expectProblem, visibleOf } from '../support/problem.ts';

/**
 * Somebody lets us fill the mailbox of somebody else, from as many addresses as they have, and looks whether the end of it
 * tells which addresses have accounts (CWE-799, CWE-204).
 */
const mails = await startMailServer();
const app = useApp({ SMTP_URL: mails.url });
const mailbox = new Mailbox(mails);
let organization: TestOrganization;

beforeAll(async () => {
  organization = await TestOrganization.create(app());
});
afterAll(() => mails.close());

/** Each from another address. */
const post = (path: string, body: object): Promise<Answer> => new Caller(app()).post(`/v1/auth/${path}`, body);
const forgot = (email: string) => post('forgot-password', { email });
const signUp = (email: string) => post('sign-up', { email, password: newPassword(), displayName: 'Ada' });

async function expectFive(request: () => Promise<Answer>): Promise<void> {
  for (let time = 0; time < 5; time += 1) expect((await request()).status).toBe(202);
}

describe('B6.5 mails to one address', () => {
  it.each([
    ['new passwords', forgot],
    ['sign-ups', signUp],
  ])('end behind five requests for %s in a row, alike with an account and without one', async (_what, request) => {
    const { email } = await organization.addMember('patient');
    const unknown = somebody();
    const refusals: Answer[] = [];
    for (const address of [email, unknown]) {
      await expectFive(() => request(address));
      refusals.push(await request(address));
    }
    const [known, stranger] = refusals.map(visibleOf);
    for (const refused of refusals) {
      expectProblem(refused, 'too-many-attempts');
      expect(refused.headers['retry-after']).toBe('10');
    }
    expect(known).toEqual(stranger);
    expect(await mailbox.subjectsTo(email)).toHaveLength(5);
  });

  it('are counted together, whatever they are about and however the address is written', async () => {
    const { email } = await organization.addMember('patient');
    const caller = await organization.as('receptionist');
    const requests = [
      forgot(email),
      forgot(email.toUpperCase()),
      forgot(` ${email}`),
      signUp(email),
      caller.post('/v1/me/email', { email }),
    ];
    for (const request of requests) expect((await request).status).toBe(202);
    for (const refused of [forgot(email), signUp(email), caller.post('/v1/me/email', { email })])
      expectProblem(await refused, 'too-many-attempts');
    expect(await mailbox.subjectsTo(email)).toHaveLength(5);
  });

  it('A7.4 are no more when all are asked for at once', async () => {
    const { email } = await organization.addMember('patient');
    const answers = await Promise.all(Array.from({ length: 20 }, () => forgot(email)));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(5);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(15);
    expect(await mailbox.subjectsTo(email)).toHaveLength(5);
  });

  it('do not end those to others, and nobody is kept from signing in by them', async () => {
    const [member, other] = [await organization.addMember('patient'), await organization.addMember('patient')];
    await expectFive(() => forgot(member.email));
    expect((await forgot(other.email)).status).toBe(202);
    expect((await post('login', { email: member.email, password: member.password })).status).toBe(200);
  });

  it('go on behind the wait, each time behind a longer one, and are forgotten behind a day', async () => {
    const email = somebody();
    const clock = vi.spyOn(app().get(Clock), 'now');
    const in_ = (seconds: number) => clock.mockImplementation(() => new Date(Date.now() + seconds * 1000));
    await expectFive(() => forgot(email));
    in_(11);
    expect((await forgot(email)).status).toBe(202);
    const refused = await forgot(email);
    expectProblem(refused, 'too-many-attempts');
    expect(refused.headers['retry-after']).toBe('20');
    in_(86_500);
    await expectFive(() => forgot(email));
    expectProblem(await forgot(email), 'too-many-attempts');
  });

  it('that are four are forgotten behind a quarter of an hour', async () => {
    const email = somebody();
    for (let time = 0; time < 4; time += 1) await forgot(email);
    vi.spyOn(app().get(Clock), 'now').mockImplementation(() => new Date(Date.now() + 901_000));
    await expectFive(() => forgot(email));
  });
});
