import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { newId } from '../../src/platform/crypto/index.js';
import { Database } from '../../src/platform/database/index.js';
import { Clock } from '../../src/platform/time/index.js';
import { startApp, useApp } from '../support/app.ts';
import { Caller, type Answer } from '../support/caller.ts';
import { startMailServer } from '../support/mail-server.ts';
import { signIn, TestOrganization, type Member, type SignedIn } from '../support/organization.ts';
import { brokenRules, expectProblem, visibleOf } from '../support/problem.ts';

const mails = await startMailServer();
const app = useApp({ SMTP_URL: mails.url });
let second: NestFastifyApplication;
let clinic: TestOrganization;
let owner: SignedIn;
let otherOwner: SignedIn;

beforeAll(async () => {
  second = await startApp({ SMTP_URL: mails.url });
  clinic = await TestOrganization.create(app());
  owner = await clinic.as('owner');
  otherOwner = await clinic.as('owner');
});

afterAll(async () => {
  await second.close();
  await mails.close();
});

const pathOf = ({ userId }: Pick<Member, 'userId'>) => `/v1/members/${userId}`;
const userIdsOf = (answer: Answer) => (answer.body['items'] as { userId: string }[]).map(({ userId }) => userId);
const statusesOf = (answers: readonly Answer[]) => answers.map(({ status }) => status).toSorted((a, b) => a - b);

/** Three owners of an organization of their own. */
async function threeOwners(): Promise<[SignedIn, SignedIn, SignedIn]> {
  const organization = await TestOrganization.create(app());
  return [await organization.as('owner'), await organization.as('owner'), await organization.as('owner')];
}

async function twoOwners(): Promise<[SignedIn, SignedIn]> {
  const organization = await TestOrganization.create(app());
  return [await organization.as('owner'), await organization.as('owner')];
}

async function onlyOwner(): Promise<SignedIn> {
  return (await TestOrganization.create(app())).as('owner');
}

function ownersLeft(organizationId: unknown): Promise<number> {
  return app()
    .get(Database)
    .client.membership.count({ where: { organizationId: String(organizationId), role: 'owner' } });
}

describe('the members of an organization', () => {
  it('are listed with what their owner needs to know, and no more', async () => {
    const { userId, email } = await clinic.addMember('auditor');
    const answer = await owner.get('/v1/members?limit=100');
    expect(answer.status).toBe(200);
    const items = answer.body['items'] as Record<string, unknown>[];
    expect(items.find((item) => item['userId'] === userId)).toEqual({
      userId,
      email,
      displayName: 'Test auditor',
      role: 'auditor',
      joinedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      isOwnerProposed: false,
    });
  });

  it('A1.4 are those of the organization of the token, and of no other', async () => {
    const stranger = await onlyOwner();
    expect(userIdsOf(await stranger.get('/v1/members'))).toEqual([stranger.member.userId]);
    expect(userIdsOf(await owner.get('/v1/members?limit=100'))).not.toContain(stranger.member.userId);
  });

  it('A3.2 come page by page, each of them once', async () => {
    const organization = await TestOrganization.create(app());
    const reader = await organization.as('owner');
    const others = await Promise.all(Array.from({ length: 4 }, () => organization.addMember('patient')));
    const seen: string[] = [];
    let cursor: unknown;
    for (let page = 0; page < 3; page += 1) {
      const answer = await reader.get(`/v1/members?limit=2${page === 0 ? '' : `&cursor=${String(cursor)}`}`);
      seen.push(...userIdsOf(answer));
      cursor = answer.body['nextCursor'];
    }
    expect(cursor).toBeNull();
    expect(seen).toEqual([reader.member, ...others].map(({ userId }) => userId).toSorted());
  });

  it.each(['clinician', 'receptionist', 'patient', 'auditor'] as const)(
    'A1.4 are neither shown to nor changed by a %s, not even themselves',
    async (role) => {
      const caller = await clinic.as(role);
      const answers = [
        await caller.get('/v1/members'),
        await caller.post('/v1/members/invitations', { email: 'eve@test.example', role: 'clinician' }),
        await caller.patch(pathOf(caller.member), { role: 'owner' }),
        await caller.delete(pathOf(caller.member)),
      ];
      for (const answer of answers) expectProblem(answer, 'forbidden');
    },
  );

  it('A1.4 of another organization do not exist', async () => {
    const [stranger] = await twoOwners();
    const patch = (userId: string) => owner.patch(pathOf({ userId }), { role: 'clinician' });
    const remove = (userId: string) => owner.delete(pathOf({ userId }));
    for (const reach of [patch, remove]) {
      const answer = await reach(stranger.member.userId);
      expectProblem(answer, 'not-found');
      expect(visibleOf(answer)).toEqual(visibleOf(await reach(newId())));
    }
    expect((await stranger.get('/v1/me')).body['role']).toBe('owner');
  });

  it('A1.5 are changed only with a fresh proof of who is asking', async () => {
    const { userId } = await clinic.addMember('patient');
    const caller = await clinic.as('owner');
    vi.spyOn(app().get(Clock), 'now').mockImplementation(() => new Date(Date.now() + 302_000));
    expect((await caller.get('/v1/members')).status).toBe(200);
    expectProblem(await caller.patch(pathOf({ userId }), { role: 'auditor' }), 'step-up-required');
    expectProblem(await caller.delete(pathOf({ userId })), 'step-up-required');
    const invitation = { email: 'eve@test.example', role: 'clinician' };
    expectProblem(await caller.post('/v1/members/invitations', invitation), 'step-up-required');
  });

  it.each<[string, unknown]>([
    ['missing', {}],
    ['null', { role: null }],
    ['unknown', { role: 'admin' }],
    ['of another case', { role: 'Owner' }],
    ['a name that every object has', { role: 'constructor' }],
    ['a list', { role: ['auditor'] }],
  ])('keep their role when the new one is %s', async (_what, body) => {
    const { userId } = await clinic.addMember('patient');
    const answer = await owner.patch(pathOf({ userId }), body);
    expectProblem(answer, 'validation-failed');
    expect(Object.keys(brokenRules(answer))).toEqual(['#/role']);
  });

  it.each(['no-id', '%27', '1', '*'])('are not named by %s', async (userId) => {
    expectProblem(await owner.patch(pathOf({ userId }), { role: 'auditor' }), 'validation-failed');
    expectProblem(await owner.delete(pathOf({ userId })), 'validation-failed');
  });
});

describe('B13.3 a change of role', () => {
  it('answers with the member as they are now, and tells them', async () => {
    const { userId, email } = await clinic.addMember('receptionist');
    const answer = await owner.patch(pathOf({ userId }), { role: 'patient' });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ userId, email, role: 'patient', isOwnerProposed: false });
    expect((await mails.waitForMail(email)).text).toContain('now has the role patient');
  });

  it('takes effect with the same access token', async () => {
    const person = await clinic.as('receptionist');
    expect((await person.get('/v1/patients')).status).toBe(200);
    expect((await owner.patch(pathOf(person.member), { role: 'patient' })).status).toBe(200);
    expect((await person.get('/v1/me')).body['role']).toBe('patient');
    expectProblem(await person.post('/v1/patients', {}), 'forbidden');
  });

  it('takes effect on another instance within a second', async () => {
    const person = await clinic.as('receptionist');
    const there = new Caller(second, person.accessToken);
    expect((await there.get('/v1/me')).body['role']).toBe('receptionist');
    await owner.patch(pathOf(person.member), { role: 'patient' });
    const isPatient = async () => expect((await there.get('/v1/me')).body['role']).toBe('patient');
    await vi.waitFor(isPatient, { timeout: 1000, interval: 10 });
    expectProblem(await there.post('/v1/patients', {}), 'forbidden');
  });

  it('A1.2 to a role that needs a second factor leaves nothing open but to add one', async () => {
    const person = await clinic.as('receptionist');
    await owner.patch(pathOf(person.member), { role: 'clinician' });
    expectProblem(await person.get('/v1/patients'), 'second-factor-required');
  });

  it('of an owner is told to all owners', async () => {
    const [actor, demoted, third] = await threeOwners();
    await actor.patch(pathOf(demoted.member), { role: 'auditor' });
    for (const { member } of [actor, demoted, third]) {
      expect((await mails.waitForMail(member.email, { subject: /role/ })).text).toContain(demoted.member.email);
    }
  });
});

describe('a removal', () => {
  it('B13.3 ends the sessions of the member in this organization, and tells them', async () => {
    const person = await clinic.as('clinician');
    expect((await owner.delete(pathOf(person.member))).status).toBe(204);
    expectProblem(await person.get('/v1/me'), 'unauthenticated');
    const refreshed = await new Caller(app()).post('/v1/auth/refresh', { refreshToken: person.tokens.refreshToken });
    expectProblem(refreshed, 'invalid-refresh-token');
    const { text } = await mails.waitForMail(person.member.email, { subject: /ended/ });
    expect(text).toContain('no longer a member');
    expectProblem(await owner.delete(pathOf(person.member)), 'not-found');
  });

  it('leaves the account, and the memberships and sessions elsewhere', async () => {
    const elsewhere = await TestOrganization.create(app());
    const member = await clinic.addMember('receptionist');
    await elsewhere.join(member, 'receptionist');
    const there = await signIn(app(), member, elsewhere);
    expect((await owner.delete(pathOf(member))).status).toBe(204);
    expect((await there.get('/v1/me')).status).toBe(200);
    expect((await signIn(app(), member, elsewhere)).tokens.accessToken).toBeTruthy();
  });

  it('of oneself is allowed while there is another owner', async () => {
    const [leaving, staying] = await twoOwners();
    expect((await leaving.delete(pathOf(leaving.member))).status).toBe(204);
    expectProblem(await staying.delete(pathOf(staying.member)), 'conflict');
  });
});

describe('A7.4 the last owner', () => {
  it('is neither demoted nor removed', async () => {
    const only = await onlyOwner();
    expectProblem(await only.patch(pathOf(only.member), { role: 'auditor' }), 'conflict');
    expectProblem(await only.delete(pathOf(only.member)), 'conflict');
    expect((await only.get('/v1/me')).body['role']).toBe('owner');
  });

  it('is whoever is left when the other one is suspended', async () => {
    const [only, suspended] = await twoOwners();
    const { client } = app().get(Database);
    const { userId } = suspended.member;
    await client.user.update({ where: { id: userId }, data: { suspendedAt: new Date() }, select: { id: true } });
    expectProblem(await only.delete(pathOf(only.member)), 'conflict');
  });

  it.each<[string, (a: SignedIn, b: SignedIn) => [Promise<Answer>, Promise<Answer>]]>([
    [
      'demote each other',
      (a, b) => [a.patch(pathOf(b.member), { role: 'auditor' }), b.patch(pathOf(a.member), { role: 'auditor' })],
    ],
    [
      'step down',
      (a, b) => [a.patch(pathOf(a.member), { role: 'auditor' }), b.patch(pathOf(b.member), { role: 'auditor' })],
    ],
    ['remove each other', (a, b) => [a.delete(pathOf(b.member)), b.delete(pathOf(a.member))]],
    ['leave', (a, b) => [a.delete(pathOf(a.member)), b.delete(pathOf(b.member))]],
    ['leave and are demoted', (a, b) => [a.delete(pathOf(a.member)), a.patch(pathOf(b.member), { role: 'auditor' })]],
  ])('stays when two %s at the same moment: one wins', async (_what, race) => {
    for (let round = 0; round < 4; round += 1) {
      const [a, b] = await twoOwners();
      const { organizationId } = (await a.get('/v1/me')).body;
      const [winner, loser] = statusesOf(await Promise.all(race(a, b)));
      expect([200, 204]).toContain(winner);
      // Too late in one of three ways: the last owner, no owner any more, or no longer a member.
      expect([401, 403, 409]).toContain(loser);
      expect(await ownersLeft(organizationId)).toBe(1);
    }
  });

  it('stays when 20 requests at the same moment want to see both owners go', async () => {
    const [a, b] = await twoOwners();
    const { organizationId } = (await a.get('/v1/me')).body;
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => {
        const [actor, target] = i % 2 === 0 ? [a, b] : [b, a];
        return actor.patch(pathOf(target.member), { role: 'auditor' });
      }),
    );
    expect(answers.some(({ status }) => status === 200)).toBe(true);
    expect(await ownersLeft(organizationId)).toBe(1);
  });
});

it('A1.4 an owner who has just been demoted changes nobody any more, whatever their token says', async () => {
  const { userId } = await clinic.addMember('patient');
  const demoted = await clinic.as('owner');
  await otherOwner.patch(pathOf(demoted.member), { role: 'auditor' });
  expectProblem(await demoted.patch(pathOf({ userId }), { role: 'auditor' }), 'forbidden');
});
