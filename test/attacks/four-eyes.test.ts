import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../../src/platform/database/index.js';
import { useApp } from '../support/app.ts';
import type { Answer } from '../support/caller.ts';
import { startMailServer } from '../support/mail-server.ts';
import { signIn, TestOrganization, type Member, type SignedIn } from '../support/organization.ts';
import { expectProblem } from '../support/problem.ts';

/**
 * Somebody has the session of one owner, with a fresh proof, and wants an accomplice to become owner: to stay when the theft
 * is noticed. One owner alone must not get there, whatever they do (CWE-269, ASVS 2.3.5).
 */
const mails = await startMailServer();
const app = useApp({ SMTP_URL: mails.url });
let clinic: TestOrganization;
let hijacked: SignedIn;
let accomplice: Member;

beforeEach(async () => {
  clinic = await TestOrganization.create(app());
  hijacked = await clinic.as('owner');
  accomplice = await clinic.addMember('auditor');
});

afterAll(() => mails.close());

const database = () => app().get(Database).client;
const pathOf = ({ userId }: Pick<Member, 'userId'>) => `/v1/members/${userId}`;
const keyOf = ({ userId }: Pick<Member, 'userId'>) => ({
  organizationId_userId: { organizationId: clinic.id, userId },
});

function grant(owner: SignedIn, member: Member = accomplice): Promise<Answer> {
  return owner.patch(pathOf(member), { role: 'owner' });
}

function proposalOf(member: Member) {
  return database().ownerProposal.findUnique({ where: keyOf(member) });
}

async function expectProposed(answer: Answer): Promise<void> {
  expect(answer.status).toBe(200);
  expect(answer.body).toMatchObject({ role: 'auditor', isOwnerProposed: true });
  const { role } = await database().membership.findUniqueOrThrow({ where: keyOf(accomplice), select: { role: true } });
  expect(role).toBe('auditor');
}

function expectOwner(answer: Answer): void {
  expect(answer.status).toBe(200);
  expect(answer.body).toMatchObject({ role: 'owner', isOwnerProposed: false });
}

describe('A1.6 one owner alone makes nobody an owner', () => {
  it('by asking', async () => {
    await expectProposed(await grant(hijacked));
  });

  it('by asking again, which does not make the proposal live longer either', async () => {
    await clinic.as('owner');
    await grant(hijacked);
    const before = await proposalOf(accomplice);
    await expectProposed(await grant(hijacked));
    expect(await proposalOf(accomplice)).toEqual(before);
  });

  it('by asking in another session', async () => {
    await grant(hijacked);
    await expectProposed(await grant(await signIn(app(), hijacked.member, clinic)));
  });

  it('A7.4 by asking 20 times at the same moment', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => grant(hijacked)));
    for (const answer of answers) await expectProposed(answer);
  });

  it('by the help of the one who is proposed', async () => {
    const helper = await signIn(app(), accomplice, clinic);
    await grant(hijacked);
    expectProblem(await grant(helper), 'forbidden');
    await expectProposed(await grant(hijacked));
  });

  it('by the help of an owner of another organization, in which the same person is a member', async () => {
    const elsewhere = await TestOrganization.create(app());
    await elsewhere.join(accomplice, 'auditor');
    const foreigner = await elsewhere.as('owner');
    await grant(hijacked);
    await expectProposed(await grant(foreigner));
    await expectProposed(await grant(hijacked));
  });

  it('by demoting or removing the others first', async () => {
    const [first, second] = [await clinic.as('owner'), await clinic.as('owner')];
    await grant(hijacked);
    expect((await hijacked.patch(pathOf(first.member), { role: 'auditor' })).status).toBe(200);
    expect((await hijacked.delete(pathOf(second.member))).status).toBe(204);
    await expectProposed(await grant(hijacked));
  });

  it('by inviting them as owner', async () => {
    const answer = await hijacked.post('/v1/members/invitations', { email: 'eve@test.example', role: 'owner' });
    expectProblem(answer, 'validation-failed');
  });
});

describe('A1.6 a second owner', () => {
  let approver: SignedIn;

  beforeEach(async () => {
    approver = await clinic.as('owner');
  });

  it('hears of the proposal by mail, and so does the first', async () => {
    await grant(hijacked);
    for (const { member } of [hijacked, approver]) {
      const { text } = await mails.waitForMail(member.email, { subject: /proposed/ });
      expect(text).toContain(accomplice.email);
    }
  });

  it('makes the member an owner by asking the same, and all owners are told', async () => {
    await grant(hijacked);
    expectOwner(await grant(approver));
    expect(await proposalOf(accomplice)).toBeNull();
    const owner = await signIn(app(), accomplice, clinic);
    expect((await owner.get('/v1/me')).body['role']).toBe('owner');
    for (const { email } of [hijacked.member, approver.member, accomplice]) {
      expect((await mails.waitForMail(email, { subject: /new owner/ })).text).toContain(accomplice.email);
    }
  });

  it('A7.4 may ask at the same moment: whoever comes second counts as second', async () => {
    const answers = await Promise.all([grant(hijacked), grant(approver)]);
    expect(new Set(answers.map(({ body }) => body['role']))).toEqual(new Set(['auditor', 'owner']));
    expect(await proposalOf(accomplice)).toBeNull();
  });

  it('sees in the list who is proposed', async () => {
    await grant(hijacked);
    const items = (await approver.get('/v1/members')).body['items'] as Record<string, unknown>[];
    const proposed = items.filter((item) => item['isOwnerProposed'] === true).map((item) => item['userId']);
    expect(proposed).toEqual([accomplice.userId]);
  });

  it('withdraws the proposal by asking for the role that the member has, and all owners are told', async () => {
    await grant(hijacked);
    const answer = await approver.patch(pathOf(accomplice), { role: 'auditor' });
    expect(answer.body).toMatchObject({ role: 'auditor', isOwnerProposed: false });
    await expectProposed(await grant(approver));
    await mails.waitForMail(hijacked.member.email, { subject: /withdrawn/ });
  });

  it('withdraws the proposal by giving the member another role', async () => {
    await grant(hijacked);
    await approver.patch(pathOf(accomplice), { role: 'clinician' });
    await approver.patch(pathOf(accomplice), { role: 'auditor' });
    await expectProposed(await grant(approver));
  });
});

describe('A1.6 the word of an owner does not count, and the second one is the first anew,', () => {
  let approver: SignedIn;

  beforeEach(async () => {
    approver = await clinic.as('owner');
    await grant(hijacked);
  });

  it.each<[string, () => Promise<unknown>]>([
    [
      'after 24 hours',
      () => database().ownerProposal.update({ where: keyOf(accomplice), data: { expiresAt: new Date() } }),
    ],
    ['when they have been demoted', () => approver.patch(pathOf(hijacked.member), { role: 'auditor' })],
    ['when they have been removed', () => approver.delete(pathOf(hijacked.member))],
    [
      'when an operator has demoted them by hand',
      () => database().membership.update({ where: keyOf(hijacked.member), data: { role: 'auditor' } }),
    ],
    [
      'while they are suspended',
      () =>
        database().user.update({
          where: { id: hijacked.member.userId },
          data: { suspendedAt: new Date() },
          select: { id: true },
        }),
    ],
  ])('%s', async (_when, happen) => {
    await happen();
    await expectProposed(await grant(approver));
    expect((await proposalOf(accomplice))?.proposedById).toBe(approver.member.userId);
  });

  it('not even when they are owner again', async () => {
    await approver.patch(pathOf(hijacked.member), { role: 'auditor' });
    await database().membership.update({ where: keyOf(hijacked.member), data: { role: 'owner' } });
    await expectProposed(await grant(approver));
  });

  it('lives for 24 hours', async () => {
    const proposal = await proposalOf(accomplice);
    expect(Number(proposal?.expiresAt) - Number(proposal?.createdAt)).toBe(86_400_000);
  });
});
