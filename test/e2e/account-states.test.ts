import fc from 'fast-check';
import { afterAll, expect, it, vi } from 'vitest';
import { Secret } from '../../src/platform/config/index.js';
import { hashOpaqueToken, PasswordHasher } from '../../src/platform/crypto/index.js';
import { Database } from '../../src/platform/database/index.js';
import type { ErrorCode } from '../../src/platform/errors/index.js';
import { Clock } from '../../src/platform/time/index.js';
import { accountAt, confirmation, setPassword, voidLinks, type Model, type Session } from '../support/account-model.ts';
import { useApp } from '../support/app.ts';
import { Caller, someAddress, type Answer } from '../support/caller.ts';
import { startMailServer } from '../support/mail-server.ts';
import { Mailbox, newPassword, somebody, tokenOf } from '../support/mailbox.ts';
import { expectProblem } from '../support/problem.ts';

/**
 * Accounts as a state machine: whatever people do, in whatever order, twice, too late or with the wrong link, is either a step
 * that the model knows, or a refusal of the catalogue that changes nothing. What is compared behind every step is all there is:
 * accounts, their passwords, links that are out, live sessions.
 */
const mails = await startMailServer();
const app = useApp({ SMTP_URL: mails.url });
const mailbox = new Mailbox(mails);

afterAll(() => mails.close());

/** Other mails may come as well: of sign-ins, and of what has changed. */
const ANSWERS = /^(Confirm|Reset|You already)/;

/** One try of the machine, with addresses, passwords and a device of its own. */
class Real {
  readonly emails = Array.from({ length: 3 }, somebody);
  readonly passwords = Array.from({ length: 2 }, newPassword);
  readonly links: string[] = [];
  readonly sessions: { accessToken: string; refreshToken: string }[] = [];
  private readonly address = someAddress();

  post(path: string, body?: object, session?: number): Promise<Answer> {
    const { accessToken } = this.sessions[session ?? -1] ?? {};
    return new Caller(app(), accessToken, this.address).post(`/v1/${path}`, body);
  }

  me(session: number): Promise<Answer> {
    return new Caller(app(), this.sessions[session]?.accessToken, this.address).get('/v1/me');
  }

  /** Keeps the link that the request has had sent to the address, if it has. */
  async keepLink(email: number, request: () => Promise<Answer>, answersByMail = true): Promise<boolean> {
    const address = String(this.emails[email]);
    const after = mails.mailsTo(address).length;
    expectAnswer(await request(), 202);
    if (answersByMail) await mails.waitForMail(address, { subject: ANSWERS, after });
    else await mailbox.settled();
    const mail = mails
      .mailsTo(address)
      .slice(after)
      .find(({ text }) => /^[\w-]{43}$/m.test(text));
    if (mail !== undefined) this.links.push(tokenOf(mail));
    return mail !== undefined;
  }
}

type Command = fc.AsyncCommand<Model, Real>;

/** Limits are the subject of other tests: here everybody may try as often as they like. */
function step(name: string, run: Command['run'], check: Command['check'] = () => true): Command {
  const runAndCompare = async (model: Model, real: Real) => {
    await app().get(Database).client.guessCounter.deleteMany();
    await run(model, real);
    await expectSame(model, real);
  };
  return { check, run: runAndCompare, toString: () => name };
}

function expectAnswer(answer: Answer, expected: number | ErrorCode): void {
  if (typeof expected === 'number') expect(answer.status, answer.text).toBe(expected);
  else expectProblem(answer, expected);
}

async function expectSame(model: Model, real: Real): Promise<void> {
  const { client } = app().get(Database);
  const users = await client.user.findMany({ where: { email: { in: real.emails } } });
  const emails = model.accounts.map(({ email }) => String(real.emails[email]));
  expect(users.map(({ email }) => email).toSorted()).toEqual(emails.toSorted());
  for (const { email, password } of model.accounts) {
    const stored = users.find((user) => user.email === real.emails[email]);
    const secret = new Secret(String(real.passwords[password]));
    expect(await app().get(PasswordHasher).verify(secret, stored?.passwordHash, '')).toBe(true);
  }
  const hashes = real.links.map((link) => hashOpaqueToken(new Secret(link)));
  const rows = await client.oneTimeToken.findMany({
    where: { tokenHash: { in: hashes } },
    select: { tokenHash: true },
  });
  const isOut = hashes.map((hash) => rows.some(({ tokenHash }) => hash.equals(tokenHash)));
  expect(isOut).toEqual(model.links.map((link) => link.isOut));
  for (const [index, { account, isLive }] of model.sessions.entries()) {
    const me = await real.me(index);
    expect(me.status).toBe(isLive ? 200 : 401);
    if (isLive) expect(me.body['email']).toBe(real.emails[account.email]);
  }
}

const signUp = (email: number, password: number) =>
  step(`sign-up(${email}, ${password})`, async (model, real) => {
    const body = { email: real.emails[email], password: real.passwords[password], displayName: 'Ada' };
    const isSent = await real.keepLink(email, () => real.post('auth/sign-up', body));
    expect(isSent).toBe(accountAt(model, email) === undefined);
    if (isSent) model.links.push({ purpose: 'sign-up', email, password, isOut: true });
  });

const forgot = (email: number) =>
  step(`forgot(${email})`, async (model, real) => {
    const account = accountAt(model, email);
    const isSent = await real.keepLink(
      email,
      () => real.post('auth/forgot-password', { email: real.emails[email] }),
      account !== undefined,
    );
    expect(isSent).toBe(account !== undefined);
    if (account === undefined) return;
    voidLinks(model, account, 'reset');
    model.links.push({ purpose: 'reset', email, account, isOut: true });
  });

/** Counted from the newest: what was just opened is the most likely to be open. */
const recent = ({ length }: readonly unknown[], index: number) => length - 1 - (index % length);

const hasLinks: Command['check'] = ({ links }) => links.length > 0;
const DAYS_LATER = 8;

/** Any link that was ever sent: good, used, void, of somebody else, for something else, and too late. */
const confirm = (index: number, isLate: boolean) =>
  step(
    `confirm(${index}${isLate ? ', late' : ''})`,
    async (model, real) => {
      const at = recent(model.links, index);
      const link = model.links[at];
      const effect = link === undefined || isLate ? undefined : confirmation(model, link);
      const answer = await late(isLate, () => real.post('auth/verify-email', { token: real.links[at] }));
      expectAnswer(answer, effect === undefined ? 'invalid-token' : 204);
      effect?.();
      if (link !== undefined && effect !== undefined) link.isOut = false;
      if (effect !== undefined) await makeReceptionists(real);
    },
    hasLinks,
  );

const reset = (index: number, password: number, isLate: boolean) =>
  step(
    `reset(${index}, ${password}${isLate ? ', late' : ''})`,
    async (model, real) => {
      const at = recent(model.links, index);
      const { purpose, account, isOut } = model.links[at] ?? {};
      const isGood = purpose === 'reset' && isOut === true && !isLate;
      const body = { token: real.links[at], password: real.passwords[password] };
      expectAnswer(await late(isLate, () => real.post('auth/reset-password', body)), isGood ? 204 : 'invalid-token');
      if (isGood && account !== undefined) setPassword(model, account, password);
    },
    hasLinks,
  );

const login = (email: number, password: number) =>
  step(`login(${email}, ${password})`, async (model, real) => {
    const account = accountAt(model, email);
    const isRight = account?.password === password;
    const body = { email: real.emails[email], password: real.passwords[password] };
    const answer = await real.post('auth/login', body);
    expectAnswer(answer, isRight ? 200 : 'invalid-credentials');
    if (account === undefined || !isRight) return;
    const { accessToken, refreshToken } = answer.body;
    real.sessions.push({ accessToken: String(accessToken), refreshToken: String(refreshToken) });
    model.sessions.push({ account, isLive: true });
  });

/** With any session that was ever opened. */
function inSession(name: string, run: (model: Model, real: Real, at: number, session: Session) => Promise<void>) {
  return (index: number) =>
    step(
      `${name} in ${index}`,
      async (model, real) => {
        const at = recent(model.sessions, index);
        const session = model.sessions[at];
        if (session !== undefined) await run(model, real, at, session);
      },
      ({ sessions }) => sessions.length > 0,
    );
}

const logout = inSession('logout', async (_model, real, at, session) => {
  expectAnswer(await real.post('auth/logout', undefined, at), session.isLive ? 204 : 'unauthenticated');
  session.isLive = false;
});

const changePassword = (index: number, current: number, next: number) =>
  inSession(`change-password(${current}, ${next})`, async (model, real, at, { account, isLive }) => {
    const isRight = account.password === current;
    const body = { currentPassword: real.passwords[current], newPassword: real.passwords[next] };
    const refusal = isLive ? 'invalid-credentials' : 'unauthenticated';
    expectAnswer(await real.post('me/password', body, at), isLive && isRight ? 204 : refusal);
    if (isLive && isRight) setPassword(model, account, next);
  })(index);

const changeEmail = (index: number, email: number) =>
  inSession(`change-email(${email})`, async (model, real, at, { account, isLive }) => {
    const request = () => real.post('me/email', { email: real.emails[email] }, at);
    if (!isLive) return expectAnswer(await request(), 'unauthenticated');
    const isSent = await real.keepLink(email, request);
    expect(isSent).toBe(accountAt(model, email) === undefined);
    if (!isSent) return;
    voidLinks(model, account, 'change-email');
    model.links.push({ purpose: 'change-email', email, account, isOut: true });
  })(index);

async function late(isLate: boolean, request: () => Promise<Answer>): Promise<Answer> {
  if (!isLate) return request();
  const clock = vi.spyOn(app().get(Clock), 'now');
  clock.mockImplementation(() => new Date(Date.now() + DAYS_LATER * 86_400_000));
  try {
    return await request();
  } finally {
    clock.mockRestore();
  }
}

/** A founder could do nothing without a second factor: what that opens is the subject of other tests. */
async function makeReceptionists({ emails }: Real): Promise<void> {
  const { client } = app().get(Database);
  await client.membership.updateMany({ where: { user: { email: { in: emails } } }, data: { role: 'receptionist' } });
}

const email = fc.nat({ max: 2 });
const password = fc.nat({ max: 1 });
const any = fc.oneof(fc.nat({ max: 2 }), fc.nat({ max: 50 }));
const isLate = fc.nat({ max: 2 }).map((number) => number === 0);
const steps = {
  signUp: fc.tuple(email, password).map((values) => signUp(...values)),
  confirm: fc.tuple(any, isLate).map((values) => confirm(...values)),
  forgot: email.map(forgot),
  reset: fc.tuple(any, password, isLate).map((values) => reset(...values)),
  login: fc.tuple(email, password).map((values) => login(...values)),
  logout: any.map(logout),
  changePassword: fc.tuple(any, password, password).map((values) => changePassword(...values)),
  changeEmail: fc.tuple(any, email).map((values) => changeEmail(...values)),
};
/** Links are asked for, and used, more often than the rest: what goes wrong with them needs two of them. */
const oftenest = [steps.forgot, steps.changeEmail, steps.confirm, steps.reset];
const commands = fc.commands([...Object.values(steps), ...oftenest], { maxCommands: 40, size: 'max' });

/** Two accounts, so that the commands need not find the way to them first; links and sessions are counted from the newest. */
const opening = () => [
  signUp(0, 0),
  signUp(0, 1),
  confirm(0, true),
  confirm(0, false),
  confirm(1, false),
  login(0, 1),
  signUp(1, 0),
  confirm(0, false),
  login(1, 0),
];

/** Each way in which one step takes the ground from under another: chance finds them, but not in every run. */
const tour = () => [
  forgot(0),
  forgot(0),
  reset(1, 0, false),
  changeEmail(1, 2),
  changeEmail(0, 2),
  confirm(0, false),
  confirm(1, false),
  reset(2, 0, true),
  reset(2, 0, false),
  reset(2, 1, false),
  login(0, 0),
  changeEmail(0, 1),
  forgot(0),
  confirm(1, false),
  reset(0, 1, false),
  changePassword(0, 1, 0),
  changePassword(0, 0, 1),
  changePassword(0, 1, 0),
  changeEmail(0, 0),
  logout(1),
  logout(1),
];

async function walk(history: Iterable<Command>): Promise<void> {
  const [model, real]: [Model, Real] = [{ accounts: [], links: [], sessions: [] }, new Real()];
  for (const command of opening()) await command.run(model, real);
  await fc.asyncModelRun(() => ({ model, real }), history);
}

it('A1.2 A1.3 no step works twice, too late, or when another one has taken its ground away', async () => {
  await expect(walk(tour())).resolves.toBeUndefined();
});

it('A1.2 A1.3 an account has the state that its history gives it, and no step that is out of turn changes it', async () => {
  // A failure names its seed and the shortest history that fast-check finds in the time.
  const settings = { numRuns: 5, plugins: [fc.interruptAfterTimeLimit(9000)] };
  const outcome = await fc.check(fc.asyncProperty(commands, walk), settings);
  expect(outcome.failed, outcome.failed ? fc.defaultReportMessage(outcome) : '').toBe(false);
}, 30_000);
