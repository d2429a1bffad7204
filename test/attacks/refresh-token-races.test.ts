import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { useApp } from '../support/app.ts';
import { Caller, someAddress, type Answer } from '../support/caller.ts';
import { StoppedClock } from '../support/clock.ts';
import { TestOrganization, type SignedIn } from '../support/organization.ts';
import { expectProblem } from '../support/problem.ts';
import { tokensOf } from '../support/second-factor.ts';

/**
 * Somebody has a copy of a refresh token and uses it before or after its owner (RFC 9700 §4.14.2), or hides behind the grace
 * that two tabs of one browser have.
 */
const app = useApp();
const second = useApp();
let organization: TestOrganization;
let person: SignedIn;
let clock: StoppedClock;

beforeAll(async () => {
  organization = await TestOrganization.create(app());
});

beforeEach(async () => {
  clock = new StoppedClock(app(), second());
  person = await organization.as('clinician');
  for (const level of LEVELS) vi.spyOn(Logger.prototype, level).mockReturnValue();
});

interface From {
  readonly address?: string;
  readonly userAgent?: string;
  readonly on?: NestFastifyApplication;
}

function refresh(refreshToken: string, { address = person.address, userAgent = 'curl/8.0', on = app() }: From = {}) {
  const headers = { 'user-agent': userAgent };
  return new Caller(on, undefined, address).post('/v1/auth/refresh', { refreshToken }, { headers });
}

/** By severity: the first for what is of note, the second for what is grave. */
const LEVELS = ['warn', 'error'] as const;

const eventsLogged = () =>
  LEVELS.flatMap((level) => vi.mocked(Logger.prototype[level]).mock.calls).map(
    ([line]) => (line as { event?: string } | undefined)?.event,
  );

async function sessionLives(answer: Answer): Promise<void> {
  const { accessToken, refreshToken } = tokensOf(answer);
  for (const on of [app(), second()]) expect((await new Caller(on, accessToken).get('/v1/me')).status).toBe(200);
  expect((await refresh(refreshToken)).status).toBe(200);
}

async function sessionIsOver(answer: Answer): Promise<void> {
  const { accessToken, refreshToken } = tokensOf(answer);
  expectProblem(await new Caller(app(), accessToken).get('/v1/me'), 'unauthenticated');
  expectProblem(await refresh(refreshToken), 'invalid-refresh-token');
  expect(eventsLogged()).toContain('authn_token_reuse');
}

describe('A13.4 a double submit of one device', () => {
  it.each([2, 50])('of %i at the same moment gives one of them tokens, and the session lives on', async (count) => {
    const { refreshToken } = person.tokens;
    const answers = await Promise.all(
      Array.from({ length: count }, (_, i) => refresh(refreshToken, { on: i % 2 === 0 ? app() : second() })),
    );
    const winners = answers.filter(({ status }) => status === 200);
    expect(winners).toHaveLength(1);
    for (const answer of answers) if (answer.status !== 200) expectProblem(answer, 'invalid-refresh-token');
    expect(eventsLogged()).not.toContain('authn_token_reuse');
    for (const winner of winners) await sessionLives(winner);
  });

  it('is forgiven for less than 10 seconds', async () => {
    const first = await refresh(person.tokens.refreshToken);
    clock.advance(9);
    expectProblem(await refresh(person.tokens.refreshToken), 'invalid-refresh-token');
    expect(eventsLogged()).toEqual(['authn_token_repeated']);
    await sessionLives(first);
  });
});

describe('A13.3 the second use of a refresh token ends the session and is logged as reuse', () => {
  it('after 10 seconds', async () => {
    const first = await refresh(person.tokens.refreshToken);
    clock.advance(10);
    expectProblem(await refresh(person.tokens.refreshToken), 'invalid-refresh-token');
    await sessionIsOver(first);
  });

  it.each<[string, () => From]>([
    ['another network', () => ({ address: someAddress() })],
    ['another browser', () => ({ userAgent: 'Mozilla/5.0' })],
  ])('from %s, at once', async (_where, from) => {
    const first = await refresh(person.tokens.refreshToken);
    expectProblem(await refresh(person.tokens.refreshToken, from()), 'invalid-refresh-token');
    await sessionIsOver(first);
  });

  it('whoever was first: the thief loses what they got', async () => {
    const stolen = await refresh(person.tokens.refreshToken, { address: someAddress(), userAgent: 'Mozilla/5.0' });
    expectProblem(await refresh(person.tokens.refreshToken), 'invalid-refresh-token');
    await sessionIsOver(stolen);
  });

  it('when the chain has gone on from it, also from the same device and at once', async () => {
    const next = tokensOf(await refresh(person.tokens.refreshToken));
    clock.advance(1);
    const newest = await refresh(next.refreshToken);
    expectProblem(await refresh(person.tokens.refreshToken), 'invalid-refresh-token');
    await sessionIsOver(newest);
  });

  it('A7.4 when 20 devices use it at the same moment', async () => {
    const { refreshToken } = person.tokens;
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => refresh(refreshToken, { address: someAddress() })),
    );
    const winners = answers.filter(({ status }) => status === 200);
    expect(winners).toHaveLength(1);
    for (const winner of winners) await sessionIsOver(winner);
  });
});
