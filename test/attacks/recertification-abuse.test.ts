import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { SecurityEvents, type RecordedEvent } from '../../src/platform/audit/index.js';
import { newId } from '../../src/platform/crypto/index.js';
import { Database } from '../../src/platform/database/index.js';
import { asOwner } from '../integration/open-database.ts';
import { useApp } from '../support/app.ts';
import { Caller, type Answer } from '../support/caller.ts';
import { StoppedClock } from '../support/clock.ts';
import { startMailServer } from '../support/mail-server.ts';
import { TestOrganization, type Member, type SignedIn } from '../support/organization.ts';
import { brokenRules, expectProblem, visibleOf } from '../support/problem.ts';
import { tokensOf } from '../support/second-factor.ts';

/**
 * The review of access is what finds an accomplice, so whoever has one wants it to be done without anybody looking: by their own
 * word alone, with a statement that was about another list, or with one of another organization (ASVS 2.3.5, CWE-367).
 */
const REVIEWS = '/v1/members/recertifications';
const DAY_S = 86_400;
const mails = await startMailServer();
const app = useApp({ SMTP_URL: mails.url });
let clinic: TestOrganization;
let ada: SignedIn;
let ben: SignedIn;

beforeEach(async () => {
  clinic = await TestOrganization.create(app());
  ada = await clinic.as('owner');
  ben = await clinic.as('owner');
});
afterAll(() => mails.close());

const database = () => app().get(Database).client;
const confirmationOf = (id: unknown) => `${REVIEWS}/${String(id)}/confirm`;
/** What there is to see now. */
const seenBy = async (owner: Caller) => ({ membersDigest: (await owner.get(REVIEWS)).body['membersDigest'] });

async function confirm(owner: Caller, { body }: Answer): Promise<Answer> {
  return owner.post(confirmationOf(body['id']), await seenBy(owner));
}

async function state(owner: Caller): Promise<Answer> {
  const answer = await owner.post(REVIEWS, await seenBy(owner));
  expect(answer.status, answer.text).toBe(201);
  return answer;
}

/** In the database, whatever was answered. */
function confirmed(organization = clinic): Promise<{ by: string }[]> {
  return asOwner<{ by: string }>(
    `SELECT "confirmedById" AS by FROM "Recertification" WHERE "organizationId" = $1 AND "confirmedAt" IS NOT NULL`,
    [organization.id],
  );
}

async function expectUnconfirmed(answer: Answer, code: 'conflict' | 'forbidden' | 'not-found'): Promise<void> {
  expectProblem(answer, code);
  expect(await confirmed()).toEqual([]);
}

async function refreshed({ tokens: { refreshToken }, address }: SignedIn): Promise<Caller> {
  const answer = await new Caller(app(), undefined, address).post('/v1/auth/refresh', { refreshToken });
  return new Caller(app(), tokensOf(answer).accessToken, address);
}

// docs/recipes/periodic-review.md says what is done here.
describe('B20.3 a review of access counts when two owners have looked', () => {
  it('one states it, all owners hear of it, another confirms it, and the next one is due 92 days later', async () => {
    const statement = await state(ada);
    expect(statement.body).toEqual({
      id: expect.any(String),
      statedById: ada.member.userId,
      statedAt: expect.any(String),
      confirmedById: null,
      confirmedAt: null,
      isOfPresentMembers: true,
    });
    for (const { member } of [ada, ben]) {
      const { text } = await mails.waitForMail(member.email, { subject: /review of access/ });
      expect(text).toContain(confirmationOf(statement.body['id']));
    }
    const answer = await confirm(ben, statement);
    expect(answer.status, answer.text).toBe(200);
    expect(answer.body).toMatchObject({ confirmedById: ben.member.userId, isOfPresentMembers: true });
    const { dueAt, newest } = (await ada.get(REVIEWS)).body;
    expect(newest).toEqual([answer.body]);
    expect(Date.parse(String(dueAt)) - Date.parse(String(answer.body['confirmedAt']))).toBe(92 * DAY_S * 1000);
  });

  it('before the first one it is due 92 days after the organization began', async () => {
    const { createdAt } = await database().organization.findUniqueOrThrow({ where: { id: clinic.id } });
    const due = () => ada.get(REVIEWS).then(({ body }) => Date.parse(String(body['dueAt'])) - Number(createdAt));
    expect(await due()).toBe(92 * DAY_S * 1000);
    await state(ada);
    expect(await due()).toBe(92 * DAY_S * 1000);
  });

  it('both are in the audit trail, each with who did it', async () => {
    const heard: RecordedEvent[] = [];
    app()
      .get(SecurityEvents)
      .subscribe((event) => heard.push(event));
    const statement = await state(ada);
    await confirm(ben, statement);
    const targetIds = [statement.body['id']];
    const [stated, done] = heard.filter(({ targetType }) => targetType === 'recertification');
    expect(stated).toMatchObject({ name: 'authz_review_stated', actorId: ada.member.userId, targetIds });
    expect(done).toMatchObject({ name: 'authz_review_confirmed', actorId: ben.member.userId, targetIds });
  });

  it('a later statement takes the place of the one that nobody has confirmed, and confirmed ones stay', async () => {
    await confirm(ben, await state(ada));
    const replaced = await state(ada);
    await state(ben);
    expect((await ada.get(REVIEWS)).body['newest']).toMatchObject([
      { confirmedAt: null },
      { confirmedById: ben.member.userId },
    ]);
    expectProblem(await confirm(ben, replaced), 'not-found');
  });
});

describe('B20.3 nobody reviews alone', () => {
  it('by confirming their own statement, in whichever session', async () => {
    const statement = await state(ada);
    await expectUnconfirmed(await confirm(ada, statement), 'forbidden');
    await expectUnconfirmed(await confirm(await refreshed(ada), statement), 'forbidden');
  });

  it('as the only owner, nor with the help of somebody who is none', async () => {
    const small = await TestOrganization.create(app());
    const only = await small.as('owner');
    const statement = await state(only);
    expectProblem(await confirm(only, statement), 'forbidden');
    for (const role of ['clinician', 'receptionist', 'patient', 'auditor'] as const) {
      expectProblem(await confirm(await small.as(role), statement), 'forbidden');
    }
    expect(await confirmed(small)).toEqual([]);
  });

  it('with the help of an owner of another organization, who is told that there is no such statement', async () => {
    const stranger = await (await TestOrganization.create(app())).as('owner');
    const answer = await confirm(stranger, await state(ada));
    await expectUnconfirmed(answer, 'not-found');
    const nothing = await confirm(stranger, { ...answer, body: { id: newId() } });
    expect(visibleOf(answer)).toEqual(visibleOf(nothing));
    expect((await stranger.get(REVIEWS)).body['newest']).toEqual([]);
  });

  it('not even where the program errs: the database refuses it', async () => {
    const { body } = await state(ada);
    const forged = `UPDATE "Recertification" SET "confirmedById" = "statedById", "confirmedAt" = now() WHERE id = $1`;
    await expect(asOwner(forged, [body['id']])).rejects.toMatchObject({ constraint: 'Recertification_four_eyes' });
  });

  it('A1.5 without a fresh proof, neither half', async () => {
    const clock = new StoppedClock(app());
    const statement = await state(ada);
    const seen = await seenBy(ada);
    clock.advance(301);
    expectProblem(await (await refreshed(ada)).post(REVIEWS, seen), 'step-up-required');
    expectProblem(await confirm(await refreshed(ben), statement), 'step-up-required');
    expect(await confirmed()).toEqual([]);
  });
});

describe('B20.3 a statement covers what was looked at, and nothing else:', () => {
  let accomplice: Member;

  beforeEach(async () => {
    accomplice = await clinic.addMember('receptionist');
  });

  const changes: readonly [string, () => Promise<unknown>][] = [
    ['another role', () => ben.patch(`/v1/members/${accomplice.userId}`, { role: 'clinician' })],
    ['somebody new', () => clinic.addMember('auditor')],
    ['somebody who is gone', () => ben.delete(`/v1/members/${accomplice.userId}`)],
    [
      'others in the same numbers',
      async () => {
        await clinic.addMember('receptionist');
        return ben.delete(`/v1/members/${accomplice.userId}`);
      },
    ],
  ];

  it.each(changes)('%s after it, and nobody can confirm it', async (_what, change) => {
    const statement = await state(ada);
    await change();
    await expectUnconfirmed(await confirm(ben, statement), 'conflict');
    expect((await ben.get(REVIEWS)).body['newest']).toMatchObject([{ isOfPresentMembers: false }]);
  });

  it.each(changes)('%s since the owner began to look, and it is not taken', async (_what, change) => {
    const seen = await seenBy(ada);
    await change();
    expectProblem(await ada.post(REVIEWS, seen), 'conflict');
    expect((await ada.get(REVIEWS)).body['newest']).toEqual([]);
  });

  it('whoever confirms it has looked at the same list', async () => {
    const seen = await seenBy(ben);
    await clinic.addMember('auditor');
    const { body } = await state(ada);
    await expectUnconfirmed(await ben.post(confirmationOf(body['id']), seen), 'conflict');
  });

  it('one of an owner who is suspended since does not count', async () => {
    const statement = await state(ada);
    await database().user.update({
      where: { id: ada.member.userId },
      data: { suspendedAt: new Date() },
      select: { id: true },
    });
    await expectUnconfirmed(await confirm(ben, statement), 'conflict');
  });

  it('after seven days it is over', async () => {
    const statement = await state(ada);
    const age = `UPDATE "Recertification" SET "createdAt" = now() - interval '7 days 1 second' WHERE id = $1`;
    await asOwner(age, [statement.body['id']]);
    await expectUnconfirmed(await confirm(ben, statement), 'conflict');
  });

  it.each([undefined, '', 'A'.repeat(42), 'A'.repeat(44), `${'A'.repeat(42)}.`, 7, null])(
    'A3.1 %j is no digest',
    async (membersDigest) => {
      const answer = await ada.post(REVIEWS, { membersDigest });
      expectProblem(answer, 'validation-failed');
      expect(Object.keys(brokenRules(answer))).toEqual(['#/membersDigest']);
    },
  );
});

describe('B20.3 A7.4 one confirmation', () => {
  it('is refused the second time', async () => {
    const statement = await state(ada);
    await confirm(ben, statement);
    expectProblem(await confirm(await clinic.as('owner'), statement), 'conflict');
    expect(await confirmed()).toEqual([{ by: ben.member.userId }]);
  });

  it('is what is left of 20 at the same moment, by two owners', async () => {
    const cleo = await clinic.as('owner');
    const statement = await state(ada);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => confirm(n % 2 === 0 ? ben : cleo, statement)),
    );
    const winners = answers.filter(({ status }) => status === 200);
    expect(winners).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(19);
    expect(await confirmed()).toEqual([{ by: winners[0]?.body['confirmedById'] }]);
  });

  it('and a change of roles at the same moment: whichever is first, what is confirmed is what was there', async () => {
    const member = await clinic.addMember('receptionist');
    const statement = await state(ada);
    const [answer, change] = await Promise.all([
      confirm(ben, statement),
      ada.patch(`/v1/members/${member.userId}`, { role: 'clinician' }),
    ]);
    expect(change.status).toBe(200);
    expect(answer.status === 200 || answer.status === 409, answer.text).toBe(true);
    expect(await confirmed()).toHaveLength(answer.status === 200 ? 1 : 0);
  });
});
