import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { JobTiming } from '../../src/platform/jobs/index.js';
import { useApp } from '../support/app.ts';
import { Caller, type Answer } from '../support/caller.ts';
import { startMailServer } from '../support/mail-server.ts';
import { Mailbox, newPassword, somebody, SUBJECTS } from '../support/mailbox.ts';
import { TestOrganization } from '../support/organization.ts';
import { expectProblem } from '../support/problem.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';
import { asOwner } from '../integration/open-database.ts';

const mails = await startMailServer();
const line = await TcpProxy.before(mails.url);
const app = useApp({ SMTP_URL: line.url });
const mailbox = new Mailbox(mails);
let organization: TestOrganization;

beforeAll(async () => {
  // As soon as the workers look again: two seconds. How the delays grow is the subject of test/integration/jobs.test.ts.
  Object.assign(app().get(JobTiming), { retryDelaySeconds: 0, retryDelayMaxSeconds: 0 });
  organization = await TestOrganization.create(app());
});
afterEach(async () => {
  mails.refuseFor(0);
  line.restore();
  await mailbox.settled();
});
afterAll(async () => {
  line.close();
  await mails.close();
});

const post = (path: string, body: object): Promise<Answer> => new Caller(app()).post(`/v1/auth/${path}`, body);
const signUp = (email: string) => post('sign-up', { email, password: newPassword(), displayName: 'Ada' });
const forgot = (email: string) => post('forgot-password', { email });

describe('a mail server', () => {
  it('A7.2 that refuses for now delays the mails, and none is lost', async () => {
    const { email } = await organization.addMember('patient');
    const newcomers = Array.from({ length: 3 }, somebody);
    mails.refuseFor(4);
    const answers = await Promise.all([forgot(email), ...newcomers.map(signUp)]);
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202]);
    await mailbox.settled();
    expect(await mailbox.subjectsTo(email)).toEqual([expect.stringMatching(SUBJECTS.reset)]);
    for (const address of newcomers)
      expect(await mailbox.subjectsTo(address)).toEqual([expect.stringMatching(SUBJECTS.signUp)]);
  });

  it('B8.3 that does not answer makes nobody wait, and its mails come when it is back', async () => {
    const timeOf = async (email: string) => {
      const start = performance.now();
      expect((await forgot(email)).status).toBe(202);
      return performance.now() - start;
    };
    const people = await Promise.all(Array.from({ length: 10 }, () => organization.addMember('patient')));
    const [ready, silent] = [people.slice(0, 5), people.slice(5)];
    const times = { ready: [] as number[], silent: [] as number[] };
    for (const { email } of ready) times.ready.push(await timeOf(email));
    await mailbox.settled();
    line.freeze();
    for (const { email } of silent) times.silent.push(await timeOf(email));
    // Ten seconds is what the mailer waits for a greeting; the answers take as long as ever.
    expect(Math.min(...times.silent) / Math.min(...times.ready)).toBeLessThan(4);
    expect(silent.flatMap(({ email }) => mails.mailsTo(email))).toEqual([]);
    line.restore();
    await mailbox.settled();
    for (const { email } of silent)
      expect(await mailbox.subjectsTo(email)).toEqual([expect.stringMatching(SUBJECTS.reset)]);
  });

  it('CWE-613 that was away lets no change of address through that was asked for before a reset', async () => {
    const thief = await organization.as('receptionist');
    const { member } = thief;
    const token = await mailbox.tokenAfter(member.email, SUBJECTS.reset, () => forgot(member.email));
    const theirs = somebody();
    line.cut();
    expect((await thief.post('/v1/me/email', { email: theirs })).status).toBe(202);
    await vi.waitUntil(async () => (await changesThatWait()) === 1, { timeout: 5000, interval: 15 });
    const password = newPassword();
    expect((await post('reset-password', { token, password })).status).toBe(204);
    line.restore();
    await mailbox.settled();
    expect(await mailbox.subjectsTo(theirs)).toEqual([]);
    expect((await post('login', { email: member.email, password })).status).toBe(200);
    expectProblem(await post('login', { email: theirs, password }), 'invalid-credentials');
  });
});

/** Changes of address whose mail could not be sent so far. */
async function changesThatWait(): Promise<number> {
  const sql = `SELECT id FROM pgboss.job WHERE name = 'accounts.change-email' AND state = 'retry'`;
  return (await asOwner(sql)).length;
}
