import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { newId } from '../../src/platform/crypto/index.js';
import { useApp } from '../support/app.ts';
import { Caller } from '../support/caller.ts';
import { StoppedClock } from '../support/clock.ts';
import { signIn, TestOrganization, type Member, type SignedIn } from '../support/organization.ts';
import { expectProblem, visibleOf } from '../support/problem.ts';
import { claimsOf, tokensOf } from '../support/second-factor.ts';

const app = useApp();
const second = useApp();
let organization: TestOrganization;
let member: Member;
let clock: StoppedClock;

beforeAll(async () => {
  organization = await TestOrganization.create(app());
});

beforeEach(async () => {
  member = await organization.addMember('patient');
  clock = new StoppedClock(app(), second());
});

interface Listed {
  readonly id: string;
  readonly isCurrent: boolean;
}

async function listed(caller: Caller, query = ''): Promise<Listed[]> {
  const answer = await caller.get(`/v1/me/sessions${query}`);
  expect(answer.status, answer.text).toBe(200);
  return answer.body['items'] as Listed[];
}

const idsOf = (sessions: readonly Listed[]) => sessions.map(({ id }) => id);
const idOf = ({ tokens }: SignedIn) => String(claimsOf(tokens.accessToken)['sid']);
const onSecond = ({ tokens }: SignedIn) => new Caller(second(), tokens.accessToken);

/** Each a second after the one before. */
async function signInTimes(count: number): Promise<SignedIn[]> {
  const sessions: SignedIn[] = [];
  for (let i = 0; i < count; i += 1) {
    clock.advance(1);
    sessions.push(await signIn(app(), member));
  }
  return sessions;
}

describe('the own sessions', () => {
  it('are listed with where they are, newest first, in all organizations, and nobody else’s', async () => {
    const other = await TestOrganization.create(app());
    await other.join(member, 'receptionist');
    await organization.as('patient');
    const { email, password } = member;
    const browser = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
    const first = await new Caller(app(), undefined, '203.0.113.7').post(
      '/v1/auth/login',
      { email, password },
      { headers: { 'user-agent': browser } },
    );
    clock.advance(1);
    const there = await signIn(app(), member, other);
    const answer = await there.get('/v1/me/sessions');
    expect(answer.body).toEqual({
      items: [
        {
          id: idOf(there),
          organizationId: other.id,
          deviceLabel: expect.any(String),
          ip: member.address,
          isCurrent: true,
          createdAt: expect.any(String),
          lastSeenAt: clock.now.toISOString(),
          expiresAt: new Date(clock.now.getTime() + 86_400_000).toISOString(),
        },
        expect.objectContaining({
          id: claimsOf(first.body['accessToken'])['sid'],
          organizationId: organization.id,
          deviceLabel: 'Firefox on Linux',
          ip: '203.0.113.7',
          isCurrent: false,
        }),
      ],
      nextCursor: null,
    });
  });

  it('come in pages', async () => {
    const sessions = await signInTimes(3);
    const [, , newest] = sessions;
    const page = await newest?.get('/v1/me/sessions?limit=2');
    const rest = await newest?.get(`/v1/me/sessions?limit=2&cursor=${String(page?.body['nextCursor'])}`);
    const items = [page, rest].flatMap((answer) => answer?.body['items'] as Listed[]);
    expect(idsOf(items)).toEqual(sessions.map(idOf).toReversed());
    expect(rest?.body['nextCursor']).toBeNull();
  });

  it('are not listed when they have ended, expired, or been idle for an hour', async () => {
    const [ended, idle, kept] = await signInTimes(3);
    await ended?.post('/v1/auth/logout');
    clock.advance(3590);
    const next = tokensOf(
      await new Caller(app()).post('/v1/auth/refresh', { refreshToken: kept?.tokens.refreshToken }),
    );
    const current = new Caller(app(), next.accessToken);
    expect(idsOf(await listed(current))).toEqual([kept, idle].map((session) => session && idOf(session)));
    clock.advance(11);
    expect(idsOf(await listed(current))).toEqual([kept && idOf(kept)]);
  });

  it('are not listed beyond their end, however they were refreshed', async () => {
    const [person] = await signInTimes(1);
    let refreshToken = person?.tokens.refreshToken;
    for (let hour = 0; hour < 24; hour += 1) {
      clock.advance(3590);
      refreshToken = tokensOf(await new Caller(app()).post('/v1/auth/refresh', { refreshToken })).refreshToken;
    }
    clock.advance(245);
    const [later] = await signInTimes(1);
    expect(await listed(later ?? new Caller(app()))).toHaveLength(1);
  });
});

describe('B13.3 ending one of the own sessions', () => {
  it('ends its access and refresh tokens on every instance within a second, and no other', async () => {
    const [lost, mine] = (await signInTimes(2)) as [SignedIn, SignedIn];
    for (const caller of [lost, onSecond(lost)]) expect((await caller.get('/v1/me')).status).toBe(200);
    expect((await mine.delete(`/v1/me/sessions/${idOf(lost)}`)).status).toBe(204);
    expectProblem(await lost.get('/v1/me'), 'unauthenticated');
    await isRefusedOnSecond(lost);
    const { refreshToken } = lost.tokens;
    expectProblem(await new Caller(second()).post('/v1/auth/refresh', { refreshToken }), 'invalid-refresh-token');
    expect(idsOf(await listed(mine))).toEqual([idOf(mine)]);
  });

  it('may be the one of the request', async () => {
    const [mine] = (await signInTimes(1)) as [SignedIn];
    expect((await mine.delete(`/v1/me/sessions/${idOf(mine)}`)).status).toBe(204);
    expectProblem(await mine.get('/v1/me'), 'unauthenticated');
  });

  it('A1.4 is a 404 alike for somebody else’s, one that has ended, and none, and ends nothing', async () => {
    const [ended, mine] = (await signInTimes(2)) as [SignedIn, SignedIn];
    const theirs = await organization.as('patient');
    await ended.post('/v1/auth/logout');
    const answers = await Promise.all(
      [newId(), idOf(theirs), idOf(ended)].map((id) => mine.delete(`/v1/me/sessions/${id}`)),
    );
    for (const answer of answers) {
      expectProblem(answer, 'not-found');
      expect(visibleOf(answer)).toEqual(visibleOf(answers[0] ?? answer));
    }
    expect((await theirs.get('/v1/me')).status).toBe(200);
  });
});

describe('B13.3 ending the other sessions', () => {
  it('ends all but the one of the request, in all organizations and on every instance, and nobody else’s', async () => {
    const other = await TestOrganization.create(app());
    await other.join(member, 'receptionist');
    const there = await signIn(app(), member, other);
    const [here, mine] = (await signInTimes(2)) as [SignedIn, SignedIn];
    const bystander = await organization.as('patient');
    for (const caller of [onSecond(there), onSecond(here)]) expect((await caller.get('/v1/me')).status).toBe(200);
    expect((await mine.delete('/v1/me/sessions')).status).toBe(204);
    for (const ended of [there, here]) {
      expectProblem(await ended.get('/v1/me'), 'unauthenticated');
      await isRefusedOnSecond(ended);
    }
    for (const caller of [mine, bystander]) expect((await caller.get('/v1/me')).status).toBe(200);
  });
});

/** Within a second. */
async function isRefusedOnSecond(person: SignedIn): Promise<void> {
  const check = async () => expectProblem(await onSecond(person).get('/v1/me'), 'unauthenticated');
  await vi.waitFor(check, { timeout: 1000, interval: 10 });
}
