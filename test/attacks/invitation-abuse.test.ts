import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { invitationToken } from '../../src/features/organizations/index.js';
import { hashOpaqueToken, newId } from '../../src/platform/crypto/index.js';
import { Secret } from '../../src/platform/config/index.js';
import { Database } from '../../src/platform/database/index.js';
import { useApp } from '../support/app.ts';
import { Caller, type Answer } from '../support/caller.ts';
import { startMailServer } from '../support/mail-server.ts';
import { signIn, TestOrganization, type SignedIn } from '../support/organization.ts';
import { brokenRules, expectProblem, visibleOf } from '../support/problem.ts';

/**
 * Somebody uses invitations for what they are not for: to learn who has an account, to write to strangers in our name, to get
 * a role that nobody has given, or to come back after a removal (CWE-204, CWE-451, CWE-269, CWE-799).
 */
const mails = await startMailServer();
const PUBLIC_URL = 'https://clinic.example';
const app = useApp({ SMTP_URL: mails.url, PUBLIC_URL });
let clinic: TestOrganization;
let owner: SignedIn;

beforeAll(async () => {
  clinic = await TestOrganization.create(app());
  owner = await clinic.as('owner');
});

afterAll(() => mails.close());

const INVITED = { subject: /invited/ };
const somebody = () => `${newId()}@test.example`;

function invite(email: unknown, role: unknown = 'receptionist', by = owner): Promise<Answer> {
  return by.post('/v1/members/invitations', { email, role });
}

/** The token of the mail, which stands on a line of its own. */
async function tokenFor(email: string, after = 0): Promise<string> {
  const { text } = await mails.waitForMail(email, { ...INVITED, after });
  return text.match(/^[\w-]{43}$/m)?.[0] ?? '';
}

function accept(token: string, body: object = {}): Promise<Answer> {
  return new Caller(app()).post('/v1/auth/accept-invitation', { token, ...body });
}

describe('B8.3 an invitation tells nobody', () => {
  it('whether the address has an account, or is the one of a member', async () => {
    const elsewhere = await (await TestOrganization.create(app())).addMember('patient');
    const member = await clinic.addMember('patient');
    const stranger = somebody();
    const toMember = await invite(member.email);
    for (const answer of [toMember, await invite(elsewhere.email), await invite(stranger)]) {
      expect(answer.status).toBe(202);
      expect(answer.text).toBe('');
      expect(visibleOf(answer)).toEqual(visibleOf(toMember));
    }
    for (const email of [elsewhere.email, stranger]) await mails.waitForMail(email, INVITED);
    expect(mails.mailsTo(member.email)).toEqual([]);
  });

  it('its token, on the way: it is in the fragment of the link, and hashed in the database', async () => {
    const email = somebody();
    await invite(email);
    const token = await tokenFor(email);
    const { text } = await mails.waitForMail(email, INVITED);
    expect(text).toContain(`${PUBLIC_URL}/accept-invitation#token=${token}`);
    const row = await app()
      .get(Database)
      .client.oneTimeToken.findUniqueOrThrow({ where: { tokenHash: hashOpaqueToken(new Secret(token)) } });
    expect(row).toMatchObject({ purpose: 'invitation', userId: null });
    expect(Number(row.expiresAt) - Number(row.createdAt)).toBeGreaterThan(6.9 * 86_400_000);
    expect(JSON.stringify(row)).not.toContain(token);
  });
});

describe('an invitation writes to strangers', () => {
  it.each([
    'Free money at https://evil.example/x',
    'evil.example',
    'mail eve@evil.example now',
    'A\u2028https:evil.example',
    '…',
  ])('no words that could be a link: %s', async (name) => {
    const organization = await TestOrganization.create(app());
    const { client } = app().get(Database);
    await client.organization.update({ where: { id: organization.id }, data: { name }, select: { id: true } });
    const email = somebody();
    await invite(email, 'receptionist', await organization.as('owner'));
    const { text, subject } = await mails.waitForMail(email, INVITED);
    const [greeting = '', ...rest] = text.split('\n');
    expect(greeting).toMatch(/^You are invited to join [\w ]+ as receptionist\.$/);
    expect(`${subject}${rest.join('\n')}`).not.toContain('evil');
    expect(text.match(/https?:/g)).toHaveLength(1);
  });

  it('B6.5 not more than five times in a row, and no organization stands in the way of another', async () => {
    const email = somebody();
    for (let count = 0; count < 5; count += 1) expect((await invite(email)).status).toBe(202);
    const refused = await invite(email);
    expectProblem(refused, 'too-many-attempts');
    expect(refused.headers['retry-after']).toBe('10');
    const other = await (await TestOrganization.create(app())).as('owner');
    expect((await invite(email, 'receptionist', other)).status).toBe(202);
    expect((await invite(somebody())).status).toBe(202);
  });

  it.each<[string, unknown]>([
    ['another header', 'a@test.example\r\nBcc: eve@test.example'],
    ['two addresses', 'a@test.example, eve@test.example'],
    ['a list', ['a@test.example', 'eve@test.example']],
    ['a name', 'Eve <eve@test.example>'],
    ['nothing', undefined],
  ])('at no address that is %s', async (_what, email) => {
    const answer = await invite(email);
    expectProblem(answer, 'validation-failed');
    expect(Object.keys(brokenRules(answer))).toEqual(['#/email']);
  });
});

describe('an invitation gives', () => {
  it.each<[string, unknown]>([
    ['owner', 'owner'],
    ['unknown', 'admin'],
    ['a name that every object has', 'toString'],
    ['missing', undefined],
  ])('A1.6 no role that is %s', async (_what, role) => {
    const answer = await owner.post('/v1/members/invitations', { email: somebody(), role });
    expectProblem(answer, 'validation-failed');
    expect(Object.keys(brokenRules(answer))).toEqual(['#/role']);
  });

  it('A1.6 not owner either when the token says so', () => {
    const invitation = { organizationId: newId(), email: somebody(), invitedById: newId() };
    const isValid = (role: string) => invitationToken.context.safeParse({ ...invitation, role }).success;
    expect(['clinician', 'owner', '__proto__', 'toString'].map(isValid)).toEqual([true, false, false, false]);
  });

  it('the role that it says, once', async () => {
    const member = await (await TestOrganization.create(app())).addMember('patient');
    await invite(member.email, 'receptionist');
    const token = await tokenFor(member.email);
    expect((await accept(token)).status).toBe(204);
    expect((await (await signIn(app(), member, clinic)).get('/v1/me')).body['role']).toBe('receptionist');
    expectProblem(await accept(token), 'invalid-token');
  });

  it.each<[string, (inviter: SignedIn) => Promise<Answer>]>([
    ['demoted', ({ member }) => owner.patch(`/v1/members/${member.userId}`, { role: 'auditor' })],
    ['removed', ({ member }) => owner.delete(`/v1/members/${member.userId}`)],
  ])('A1.6 nothing any more when who has sent it was %s', async (_what, happen) => {
    const inviter = await clinic.as('owner');
    const guest = await (await TestOrganization.create(app())).addMember('patient');
    await invite(guest.email, 'receptionist', inviter);
    const token = await tokenFor(guest.email);
    expect([200, 204]).toContain((await happen(inviter)).status);
    expectProblem(await accept(token), 'invalid-token');
  });

  it('nobody an older role back', async () => {
    const member = await (await TestOrganization.create(app())).addMember('patient');
    await invite(member.email, 'receptionist');
    await invite(member.email, 'patient');
    const [token, otherToken] = [await tokenFor(member.email), await tokenFor(member.email, 1)];
    await accept(token);
    await accept(otherToken);
    const joined = (await (await signIn(app(), member, clinic)).get('/v1/me')).body['role'];
    const { client } = app().get(Database);
    const rows = await client.membership.findMany({ where: { organizationId: clinic.id, userId: member.userId } });
    expect(rows).toHaveLength(1);
    // The one that was accepted first.
    const first = mails.mailsTo(member.email).find(({ text }) => text.includes(token));
    expect(first?.text).toContain(`as ${String(joined)}.`);
  });
});
