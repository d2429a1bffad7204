import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Device } from '../../src/features/sessions/index.js';
import { SessionsRepository } from '../../src/features/sessions/sessions.repository.js';
import { hashOpaqueToken, newId, newOpaqueToken } from '../../src/platform/crypto/index.js';
import type { Database } from '../../src/platform/database/index.js';
import { openDatabase } from './open-database.ts';

const NOW = new Date('2026-11-22T12:00:00Z');
const HOUR_MS = 3_600_000;
const later = (ms: number) => new Date(NOW.getTime() + ms);

let database: Database;
let sessions: SessionsRepository;
beforeAll(async () => {
  database = await openDatabase({ DATABASE_POOL_SIZE: '20' });
  sessions = new SessionsRepository(database);
});
afterAll(() => database.onApplicationShutdown());

const laptop: Device = { label: 'Firefox on Linux', fingerprint: Buffer.alloc(32, 1), ip: '198.51.100.7' };
const elsewhere: Device = { ...laptop, fingerprint: Buffer.alloc(32, 2), ip: '203.0.113.9' };

/** Without the grace for a double submit, unless a test gives some. */
function redeem(
  tokenHash: Buffer<ArrayBuffer>,
  successor: ReturnType<typeof newToken>,
  now: Date,
  { device = laptop, graceSeconds = 0 } = {},
) {
  return sessions.redeem({ tokenHash, successor, device, now, graceSeconds });
}

const newToken = (expiresAt = later(HOUR_MS)) => ({ tokenHash: hashOpaqueToken(newOpaqueToken()), expiresAt });

/** A person with a session and the first refresh token of it. */
async function signIn(token = newToken()) {
  const [organizationId, userId, id] = [newId(), newId(), newId()];
  await database.client.organization.create({ data: { id: organizationId, name: organizationId } });
  await database.client.user.create({
    data: {
      id: userId,
      email: `${userId}@test.example`,
      displayName: 'Ada',
      passwordHash: 'x',
      memberships: { create: { organizationId, role: 'clinician' } },
    },
  });
  const session = { id, userId, organizationId, authTime: NOW, amr: ['pwd'], expiresAt: later(24 * HOUR_MS) };
  await sessions.open({ ...session, lastSeenAt: NOW }, laptop, token);
  return { session, token };
}

const tokensOf = (sessionId: string) => database.client.refreshToken.findMany({ where: { sessionId } });

let ada: Awaited<ReturnType<typeof signIn>>;
beforeEach(async () => {
  ada = await signIn();
});

describe('redeeming a refresh token', () => {
  it('A13.3 gives the session and stores the successor', async () => {
    const successor = newToken();
    expect(await redeem(ada.token.tokenHash, successor, NOW)).toEqual({
      outcome: 'redeemed',
      session: ada.session,
    });
    const tokens = await tokensOf(ada.session.id);
    expect(tokens.map(({ usedAt }) => usedAt)).toEqual(expect.arrayContaining([NOW, null]));
    expect(await redeem(successor.tokenHash, newToken(), NOW)).toMatchObject({ outcome: 'redeemed' });
  });

  it('A7.4 A13.3 has one winner of twenty at once, and one successor', async () => {
    for (let round = 0; round < 3; round += 1) {
      const { session, token } = await signIn();
      const attempts = Array.from({ length: 20 }, () => redeem(token.tokenHash, newToken(), NOW));
      const outcomes = (await Promise.all(attempts)).map(({ outcome }) => outcome);
      expect(outcomes.filter((outcome) => outcome === 'redeemed')).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === 'reused')).toHaveLength(19);
      expect(await tokensOf(session.id)).toHaveLength(2);
    }
  });

  it('A13.3 calls a second use reuse, and names the session', async () => {
    await redeem(ada.token.tokenHash, newToken(), NOW);
    for (const when of [NOW, later(HOUR_MS), later(48 * HOUR_MS)]) {
      expect(await redeem(ada.token.tokenHash, newToken(), when)).toEqual({
        outcome: 'reused',
        sessionId: ada.session.id,
        userId: ada.session.userId,
      });
    }
    expect(await tokensOf(ada.session.id)).toHaveLength(2);
  });

  it('A13.3 calls reuse what it is even when the session has ended', async () => {
    await redeem(ada.token.tokenHash, newToken(), NOW);
    await sessions.revoke(ada.session.id, NOW);
    expect(await redeem(ada.token.tokenHash, newToken(), NOW)).toMatchObject({ outcome: 'reused' });
  });

  it.each<[string, () => Promise<unknown>, Date]>([
    ['that has expired at this moment', () => Promise.resolve(), later(HOUR_MS)],
    ['that has expired', () => Promise.resolve(), later(HOUR_MS + 1)],
    ['of a session that was revoked', () => sessions.revoke(ada.session.id, NOW), NOW],
    [
      'of a session that has ended',
      () => database.client.session.update({ where: { id: ada.session.id }, data: { expiresAt: NOW } }),
      NOW,
    ],
    [
      'of a person who was suspended',
      () => database.client.user.update({ where: { id: ada.session.userId }, data: { suspendedAt: NOW } }),
      NOW,
    ],
    [
      'of a person who is no member any more',
      () => database.client.membership.deleteMany({ where: { userId: ada.session.userId } }),
      NOW,
    ],
  ])('A13.3 gives nothing for a token %s', async (_what, happen, when) => {
    await happen();
    expect(await redeem(ada.token.tokenHash, newToken(), when)).toEqual({ outcome: 'invalid' });
    expect((await tokensOf(ada.session.id)).length).toBeLessThanOrEqual(1);
  });

  it.each<[string, () => Buffer<ArrayBuffer>]>([
    ['unknown', () => hashOpaqueToken(newOpaqueToken())],
    ['empty', () => Buffer.alloc(0)],
    ['cut', () => Buffer.from(ada.token.tokenHash.subarray(1))],
  ])('A13.3 gives nothing for a token that is %s', async (_what, hash) => {
    expect(await redeem(hash(), newToken(), NOW)).toEqual({ outcome: 'invalid' });
  });

  it('A7.4 leaves the token unused when its successor cannot be stored', async () => {
    const other = await signIn();
    await expect(redeem(ada.token.tokenHash, other.token, NOW)).rejects.toMatchObject({ code: 'P2002' });
    expect(await tokensOf(ada.session.id)).toMatchObject([{ usedAt: null }]);
    expect(await redeem(ada.token.tokenHash, newToken(), NOW)).toMatchObject({ outcome: 'redeemed' });
  });

  it('A13.3 does not touch the tokens of anybody else', async () => {
    const eve = await signIn();
    await redeem(ada.token.tokenHash, newToken(), NOW);
    expect(await tokensOf(eve.session.id)).toMatchObject([{ usedAt: null }]);
  });
});

describe('A13.4 a double submit', () => {
  const grace = { graceSeconds: 10 };

  it('gets no second token, and the session lives', async () => {
    const successor = newToken();
    await redeem(ada.token.tokenHash, successor, NOW, grace);
    expect(await redeem(ada.token.tokenHash, newToken(), later(9999), grace)).toEqual({
      outcome: 'repeated',
      sessionId: ada.session.id,
      userId: ada.session.userId,
    });
    expect(await tokensOf(ada.session.id)).toHaveLength(2);
    expect(await redeem(successor.tokenHash, newToken(), later(9999), grace)).toMatchObject({ outcome: 'redeemed' });
  });

  it.each<[string, Date, { device?: Device; graceSeconds: number }]>([
    ['after the grace', later(10_000), grace],
    ['from another device', NOW, { ...grace, device: elsewhere }],
    ['where there is no grace', NOW, { graceSeconds: 0 }],
  ])('is theft %s', async (_what, when, options) => {
    await redeem(ada.token.tokenHash, newToken(), NOW, grace);
    expect(await redeem(ada.token.tokenHash, newToken(), when, options)).toMatchObject({ outcome: 'reused' });
  });

  it('is theft when somebody has gone on with the successor', async () => {
    const successor = newToken();
    await redeem(ada.token.tokenHash, successor, NOW, grace);
    await redeem(successor.tokenHash, newToken(), later(10), grace);
    expect(await redeem(ada.token.tokenHash, newToken(), later(20), grace)).toMatchObject({ outcome: 'reused' });
  });
});

describe('the state of a session', () => {
  it('B13.3 holds what decides whether it is live', async () => {
    expect(await sessions.findState(ada.session.id)).toEqual({
      ...ada.session,
      role: 'clinician',
      isRevoked: false,
      isUserSuspended: false,
    });
    await sessions.revoke(ada.session.id, NOW);
    await database.client.user.update({ where: { id: ada.session.userId }, data: { suspendedAt: NOW } });
    expect(await sessions.findState(ada.session.id)).toMatchObject({ isRevoked: true, isUserSuspended: true });
  });

  it('B13.3 keeps the time at which it was revoked first', async () => {
    await sessions.revoke(ada.session.id, NOW);
    await sessions.revoke(ada.session.id, later(HOUR_MS));
    const row = await database.client.session.findUnique({ where: { id: ada.session.id } });
    expect(row?.revokedAt).toEqual(NOW);
  });

  it('B13.3 is nothing for a session that is not there', async () => {
    expect(await sessions.findState(newId())).toBeUndefined();
  });
});
