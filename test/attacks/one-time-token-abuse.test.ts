import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Database } from '../../src/platform/database/index.js';
import { Clock } from '../../src/platform/time/index.js';
import { useApp } from '../support/app.ts';
import { Caller, someAddress, type Answer } from '../support/caller.ts';
import { startMailServer } from '../support/mail-server.ts';
import { Mailbox, newPassword, somebody, SUBJECTS } from '../support/mailbox.ts';
import { TestOrganization, type SignedIn } from '../support/organization.ts';
import { expectProblem, visibleOf } from '../support/problem.ts';

/**
 * Somebody has a link of a mail, their own or a stolen one, and uses it twice, at the same moment, too late, or for something
 * else than it was made for; or has none and guesses (CWE-294, CWE-362, CWE-613, CWE-640).
 */
const mails = await startMailServer();
const app = useApp({ SMTP_URL: mails.url });
const mailbox = new Mailbox(mails);
let organization: TestOrganization;
let owner: SignedIn;

beforeAll(async () => {
  organization = await TestOrganization.create(app());
  owner = await organization.as('owner');
});
afterAll(() => mails.close());

const post = (path: string, body: object, from = someAddress()): Promise<Answer> =>
  new Caller(app(), undefined, from).post(`/v1/auth/${path}`, body);
const HOUR_MS = 3_600_000;

/** Where each kind of token is good, and what else has to be said there. */
const DOORS: Readonly<Record<string, (token: string, from?: string) => Promise<Answer>>> = {
  'verify-email': (token, from) => post('verify-email', { token }, from),
  'reset-password': (token, from) => post('reset-password', { token, password: newPassword() }, from),
  'accept-invitation': (token, from) =>
    post('accept-invitation', { token, password: newPassword(), displayName: 'Ada' }, from),
};

interface Kind {
  readonly door: string;
  readonly hours: number;
  readonly issue: () => Promise<string>;
}

const KINDS: Readonly<Record<string, Kind>> = {
  'a sign-up': {
    door: 'verify-email',
    hours: 24,
    issue: () => {
      const person = { email: somebody(), password: newPassword(), displayName: 'Ada' };
      return mailbox.tokenAfter(person.email, SUBJECTS.signUp, () => post('sign-up', person));
    },
  },
  'a change of address': {
    door: 'verify-email',
    hours: 1,
    issue: async () => {
      const [caller, email] = [await organization.as('receptionist'), somebody()];
      return mailbox.tokenAfter(email, SUBJECTS.newAddress, () => caller.post('/v1/me/email', { email }));
    },
  },
  'a reset': {
    door: 'reset-password',
    hours: 1,
    issue: async () => {
      const { email } = await organization.addMember('receptionist');
      return mailbox.tokenAfter(email, SUBJECTS.reset, () => post('forgot-password', { email }));
    },
  },
  'an invitation': {
    door: 'accept-invitation',
    hours: 168,
    issue: () => {
      const email = somebody();
      const invite = () => owner.post('/v1/members/invitations', { email, role: 'receptionist' });
      return mailbox.tokenAfter(email, SUBJECTS.invitation, invite);
    },
  },
};

function knock(door: string, token: string, from?: string): Promise<Answer> {
  const open = DOORS[door];
  if (open === undefined) throw new Error(`there is no door ${door}`);
  return open(token, from);
}

describe.each(Object.entries(KINDS))('the token of %s', (_name, { door, hours, issue }) => {
  it('A1.2 opens one door, and is as good as before when it was tried at the others', async () => {
    const token = await issue();
    for (const other of Object.keys(DOORS).filter((name) => name !== door))
      expectProblem(await knock(other, token), 'invalid-token');
    expectProblem(
      await post('mfa', { challengeToken: token, method: 'recovery_code', code: 'AAAA-AAAA' }),
      'invalid-code',
    );
    expectProblem(await post('refresh', { refreshToken: token }), 'invalid-refresh-token');
    expectProblem(await new Caller(app(), token).get('/v1/me'), 'unauthenticated');
    expect((await knock(door, token)).status).toBe(204);
  });

  it('A7.4 opens it once, also when it is used many times at the same moment', async () => {
    const token = await issue();
    const answers = await Promise.all(Array.from({ length: 10 }, () => knock(door, token)));
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
    // An account that came into being a blink before is 409.
    for (const { status } of answers) expect([204, 400, 409]).toContain(status);
    expectProblem(await knock(door, token), 'invalid-token');
  });

  it(`is good for ${hours} hours and not a second more`, async () => {
    const [early, late] = [await issue(), await issue()];
    const clock = vi.spyOn(app().get(Clock), 'now');
    clock.mockImplementation(() => new Date(Date.now() + hours * HOUR_MS));
    expectProblem(await knock(door, late), 'invalid-token');
    clock.mockImplementation(() => new Date(Date.now() + hours * HOUR_MS - 15_000));
    expect((await knock(door, early)).status).toBe(204);
  });

  it('is refused like one that nobody has issued', async () => {
    const token = await issue();
    await knock(door, token);
    const used = await knock(door, token);
    expect(visibleOf(await knock(door, 'A'.repeat(43)))).toEqual(visibleOf(used));
    expect(visibleOf(await knock(door, token.toLowerCase()))).toEqual(visibleOf(used));
  });
});

describe('A7.4 fifty people with one reset token', () => {
  it('set one password, and it is the one of who was told so', async () => {
    const { email } = await organization.addMember('receptionist');
    const token = await mailbox.tokenAfter(email, SUBJECTS.reset, () => post('forgot-password', { email }));
    const passwords = Array.from({ length: 50 }, newPassword);
    const answers = await Promise.all(passwords.map((password) => post('reset-password', { token, password })));
    const winners = passwords.filter((_password, index) => answers[index]?.status === 204);
    expect(winners).toHaveLength(1);
    for (const answer of answers.filter(({ status }) => status !== 204)) expectProblem(answer, 'invalid-token');
    await app().get(Database).client.guessCounter.deleteMany();
    const signsIn: string[] = [];
    for (const password of passwords.slice(0, 3).concat(winners)) {
      const { status } = await post('login', { email, password });
      if (status === 200) signsIn.push(password);
    }
    expect([...new Set(signsIn)]).toEqual(winners);
  });
});

describe('A1.3 guessing tokens', () => {
  it('is slowed down by address, at all doors together', async () => {
    const [address, token] = [someAddress(), await KINDS['a reset']?.issue()];
    const guess = () => newPassword().repeat(2).slice(0, 43);
    for (const door of [...Object.keys(DOORS), ...Object.keys(DOORS)].slice(0, 5))
      expectProblem(await knock(door, guess(), address), 'invalid-token');
    for (const door of Object.keys(DOORS)) {
      const refused = await knock(door, guess(), address);
      expectProblem(refused, 'too-many-attempts');
      expect(refused.headers['retry-after']).toBe('10');
    }
    // What one address did keeps nobody else out, and the token is still good.
    expectProblem(await knock('reset-password', String(token), address), 'too-many-attempts');
    expect((await knock('reset-password', String(token))).status).toBe(204);
  });
});
