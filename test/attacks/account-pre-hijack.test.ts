import { afterAll, describe, expect, it } from 'vitest';
import { Database } from '../../src/platform/database/index.js';
import { useApp } from '../support/app.ts';
import { Caller, type Answer } from '../support/caller.ts';
import { startMailServer } from '../support/mail-server.ts';
import { Mailbox, newPassword, somebody, SUBJECTS } from '../support/mailbox.ts';
import { TestOrganization } from '../support/organization.ts';
import { expectProblem } from '../support/problem.ts';

/**
 * Somebody prepares an account for an address that is not theirs, and waits for its owner to fill it with life (Sudhodanan and
 * Paverd, "Pre-hijacked accounts", USENIX Security 2022; CWE-287). The mails all lie in the owner's mailbox: what they use
 * there decides, and nothing of the others may be left.
 */
const mails = await startMailServer();
const app = useApp({ SMTP_URL: mails.url });
const mailbox = new Mailbox(mails);

afterAll(() => mails.close());

const post = (path: string, body: object): Promise<Answer> => new Caller(app()).post(`/v1/auth/${path}`, body);
const login = (email: string, password: string) => post('login', { email, password });
const verify = (token: string) => post('verify-email', { token });

interface Person {
  readonly email: string;
  readonly password: string;
  readonly displayName: string;
}
const signUp = (person: Person) => mailbox.tokenAfter(person.email, SUBJECTS.signUp, () => post('sign-up', person));

function bothFor(email: string): { owner: Person; mallory: Person } {
  return {
    owner: { email, password: newPassword(), displayName: 'Ada' },
    mallory: { email, password: newPassword(), displayName: 'Mallory' },
  };
}

/** The account is the owner's: name, password, and nobody else's organization. */
async function expectOwned(owner: Person, mallory: Person): Promise<void> {
  expectProblem(await login(mallory.email, mallory.password), 'invalid-credentials');
  expect((await login(owner.email, owner.password)).status).toBe(200);
  const { email, displayName } = owner;
  const user = await app()
    .get(Database)
    .client.user.findUniqueOrThrow({
      where: { email },
      select: { displayName: true, memberships: { select: { organization: { select: { name: true } } } } },
    });
  expect(user).toEqual({ displayName, memberships: [{ organization: { name: displayName } }] });
}

describe('A1.3 a sign-up for an address by somebody else', () => {
  it.each([
    ['before', ['mallory', 'owner']],
    ['behind', ['owner', 'mallory']],
  ] as const)(
    '%s the owner gives them nothing: the link opens the account that its own sign-up asked for',
    async (_when, order) => {
      const { owner, mallory } = bothFor(somebody());
      const tokens = { owner: '', mallory: '' };
      for (const who of order) tokens[who] = await signUp({ owner, mallory }[who]);
      expect((await verify(tokens.owner)).status).toBe(204);
      await expectOwned(owner, mallory);
      expectProblem(await verify(tokens.mallory), 'invalid-token');
      await expectOwned(owner, mallory);
    },
  );

  it('does not void the one of the owner', async () => {
    const { owner, mallory } = bothFor(somebody());
    const token = await signUp(owner);
    for (let time = 0; time < 3; time += 1) await signUp(mallory);
    expect((await verify(token)).status).toBe(204);
  });

  it('A7.4 at the same moment: of parallel confirmations one opens the account, and it is that one', async () => {
    const email = somebody();
    const people = Array.from({ length: 5 }, () => bothFor(email).mallory);
    const tokens: string[] = [];
    for (const person of people) tokens.push(await signUp(person));
    const statuses = (await Promise.all(tokens.map(verify))).map(({ status }) => status);
    // Too late by a blink is 409, later 400: nothing has changed for either.
    expect(statuses.toSorted((a, b) => a - b)[0]).toBe(204);
    expect(statuses.filter((status) => status !== 204).every((status) => [400, 409].includes(status))).toBe(true);
    for (const [index, { password }] of people.entries())
      expect((await login(email, password)).status).toBe(statuses[index] === 204 ? 200 : 401);
    for (const token of tokens) expectProblem(await verify(token), 'invalid-token');
  });
});

describe('A1.6 an address that somebody has asked to change to', () => {
  it('is lost to them once its owner has an account', async () => {
    const mallory = await (await TestOrganization.create(app())).as('receptionist');
    const { owner } = bothFor(somebody());
    const ownersToken = await signUp(owner);
    const token = await mailbox.tokenAfter(owner.email, SUBJECTS.newAddress, () =>
      mallory.post('/v1/me/email', { email: owner.email }),
    );
    expect((await verify(ownersToken)).status).toBe(204);
    expectProblem(await verify(token), 'invalid-token');
    expect((await login(owner.email, owner.password)).status).toBe(200);
    expectProblem(await login(owner.email, mallory.member.password), 'invalid-credentials');
    expect((await login(mallory.member.email, mallory.member.password)).status).toBe(200);
  });
});

describe('A1.2 an account that somebody else has opened, because its owner has followed their link', () => {
  it('is its owner’s behind one reset: sessions, password and pending changes of the other are gone', async () => {
    const { owner, mallory } = bothFor(somebody());
    await verify(await signUp(mallory));
    const session = (await login(mallory.email, mallory.password)).body;
    const { email, password } = owner;
    const token = await mailbox.tokenAfter(email, SUBJECTS.reset, () => post('forgot-password', { email }));
    expect((await post('reset-password', { token, password })).status).toBe(204);
    expectProblem(await new Caller(app(), String(session['accessToken'])).get('/v1/me/sessions'), 'unauthenticated');
    expectProblem(await post('refresh', { refreshToken: session['refreshToken'] }), 'invalid-refresh-token');
    expectProblem(await login(email, mallory.password), 'invalid-credentials');
    expect((await login(email, password)).status).toBe(200);
  });
});
