import { Logger } from '@nestjs/common';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { RoleTable, type AccessTokenClaims, type Permission } from '../../platform/access/index.js';
import type { DatabaseNotifications } from '../../platform/database/index.js';
import type { Metrics } from '../../platform/telemetry/index.js';
import { Clock } from '../../platform/time/index.js';
import { CachedSessionRegistry } from './cached-session-registry.js';
import type { SessionsRepository, SessionState } from './sessions.repository.js';

const NOW = new Date('2026-11-22T12:00:00Z');
const id = (last: number) => `0190a0b0-0000-7000-8000-00000000000${last}`;
const [SESSION, ADA, NORTH] = [id(1), id(2), id(3)];

const claims = { sid: SESSION, sub: ADA, org: NORTH, scope: 'all' } as AccessTokenClaims;
const live: SessionState = {
  id: SESSION,
  userId: ADA,
  organizationId: NORTH,
  role: 'keeper',
  authTime: NOW,
  amr: ['pwd'],
  expiresAt: new Date('2026-11-22T13:00:00Z'),
  isRevoked: false,
  isUserSuspended: false,
};

class HandClock extends Clock {
  time = NOW;
  override now(): Date {
    return this.time;
  }
}

/** The registry with the table of sessions and the line to the database in the test's hand. */
async function house() {
  const table: { state: SessionState | undefined } = { state: live };
  const findState = vi.fn<SessionsRepository['findState']>(() => Promise.resolve(table.state));
  const line = { isListening: true, tell: (_payload: string) => {}, gap: () => {} };
  const notifications = {
    get isListening() {
      return line.isListening;
    },
    listen: (_channel: string, { onMessage, onGap }: { onMessage: typeof line.tell; onGap: () => void }) => {
      Object.assign(line, { tell: onMessage, gap: onGap });
      return Promise.resolve();
    },
  };
  const clock = new HandClock();
  const registry = new CachedSessionRegistry(
    { findState } as unknown as SessionsRepository,
    notifications as unknown as DatabaseNotifications,
    new RoleTable({
      keeper: { secondFactor: 'optional', permissions: ['shelves:read' as Permission] },
      guest: { secondFactor: 'optional', permissions: [] },
      guard: { secondFactor: 'required', permissions: ['shelves:read' as Permission] },
    }),
    clock,
    { watchCache: vi.fn<Metrics['watchCache']>() } as unknown as Metrics,
  );
  await registry.onApplicationBootstrap();
  return { registry, table, findState, line, clock };
}

beforeEach(() => {
  vi.spyOn(Logger.prototype, 'error').mockReturnValue();
});

describe('the session registry', () => {
  it('B13.3 finds a live session with what its role may do', async () => {
    const { registry } = await house();
    expect(await registry.find(claims)).toEqual({
      userId: ADA,
      organizationId: NORTH,
      role: 'keeper',
      permissions: new Set(['shelves:read']),
      isMultiFactor: false,
      mustEnrol: false,
    });
  });

  it('A1.2 gives a role that needs a second factor no permission before the session has one', async () => {
    const { registry, table } = await house();
    table.state = { ...live, role: 'guard' };
    expect(await registry.find(claims)).toMatchObject({ mustEnrol: true, permissions: new Set() });
  });

  it('A1.2 gives it what the role grants when the session has one', async () => {
    const { registry, table } = await house();
    table.state = { ...live, role: 'guard', amr: ['pwd', 'otp', 'mfa'] };
    expect(await registry.find(claims)).toMatchObject({
      isMultiFactor: true,
      mustEnrol: false,
      permissions: new Set(['shelves:read']),
    });
  });

  it('B13.3 asks the database once, and then no more', async () => {
    const { registry, findState } = await house();
    await registry.find(claims);
    expect(registry.find(claims)).not.toBeInstanceOf(Promise);
    await registry.find(claims);
    expect(findState).toHaveBeenCalledOnce();
  });

  it.each<[string, SessionState | undefined]>([
    ['is not there', undefined],
    ['is revoked', { ...live, isRevoked: true }],
    ['is of a suspended person', { ...live, isUserSuspended: true }],
    ['has ended at this moment', { ...live, expiresAt: NOW }],
    ['has ended', { ...live, expiresAt: new Date(0) }],
    ['is of another person than the token', { ...live, userId: id(8) }],
    ['is of another organization than the token', { ...live, organizationId: id(9) }],
  ])('B13.3 finds no session that %s, remembered or not', async (_what, state) => {
    const { registry, table } = await house();
    table.state = state;
    expect(await registry.find(claims)).toBeUndefined();
    expect(await registry.find(claims)).toBeUndefined();
  });

  it('B13.3 finds no remembered session after its end', async () => {
    const { registry, clock } = await house();
    await registry.find(claims);
    clock.time = live.expiresAt;
    expect(registry.find(claims)).toBeUndefined();
  });

  it('B13.3 judges every token of a session by its own person, organization and scope', async () => {
    const { registry } = await house();
    await registry.find(claims);
    expect(await registry.find({ ...claims, sub: id(8) })).toBeUndefined();
    expect(await registry.find({ ...claims, org: id(9) })).toBeUndefined();
    expect(await registry.find({ ...claims, scope: 'shelves:write' })).toMatchObject({ permissions: new Set() });
  });

  it.each<[string, object]>([
    ['its session', { session: SESSION }],
    ['its membership', { organization: NORTH, user: ADA }],
    ['its person', { user: ADA }],
  ])('B13.3 A4.4 looks again after a change of %s', async (_what, change) => {
    const { registry, table, line } = await house();
    await registry.find(claims);
    table.state = { ...live, role: 'guest' };
    line.tell(JSON.stringify(change));
    expect(await registry.find(claims)).toMatchObject({ role: 'guest', permissions: new Set() });
  });

  it.each<[string, object]>([
    ['another session', { session: id(7) }],
    ['another membership of the person', { organization: id(9), user: ADA }],
    ['another member of the organization', { organization: NORTH, user: id(8) }],
    ['another person', { user: id(8) }],
  ])('keeps what it knows after a change of %s', async (_what, change) => {
    const { registry, findState, line } = await house();
    await registry.find(claims);
    line.tell(JSON.stringify(change));
    await registry.find(claims);
    expect(findState).toHaveBeenCalledOnce();
  });

  it.each(['', 'null', '{}', '{"session":1}', '{"session":"x"}', '{"organization":"x"}', '{"user":null}', '[', '"x"'])(
    'A7.2 forgets everything after a message that it cannot read: %s',
    async (payload) => {
      const { registry, findState, line } = await house();
      await registry.find(claims);
      line.tell(payload);
      await registry.find(claims);
      expect(findState).toHaveBeenCalledTimes(2);
    },
  );

  it('A7.2 asks the database every time while the line is down, and forgets when it is back', async () => {
    const { registry, findState, line, table } = await house();
    await registry.find(claims);
    line.isListening = false;
    table.state = { ...live, isRevoked: true };
    expect(await registry.find(claims)).toBeUndefined();
    expect(await registry.find(claims)).toBeUndefined();
    expect(findState).toHaveBeenCalledTimes(3);
    line.gap();
    line.isListening = true;
    expect(await registry.find(claims)).toBeUndefined();
  });

  it('A7.2 remembers nothing that it reads while the line is down', async () => {
    const { registry, findState, line } = await house();
    line.isListening = false;
    await registry.find(claims);
    line.isListening = true;
    await registry.find(claims);
    expect(findState).toHaveBeenCalledTimes(2);
  });

  it.each<[string, (line: { tell: (payload: string) => void; gap: () => void }) => void]>([
    ['a change', (line) => line.tell(JSON.stringify({ session: SESSION }))],
    ['a change of something else', (line) => line.tell(JSON.stringify({ session: id(7) }))],
    ['a gap', (line) => line.gap()],
  ])('A7.4 does not keep what it was reading when %s came', async (_what, interrupt) => {
    const { registry, findState, line } = await house();
    const reading = registry.find(claims);
    interrupt(line);
    await reading;
    await registry.find(claims);
    expect(findState).toHaveBeenCalledTimes(2);
  });

  it('A7.2 lets nobody in when the database fails', async () => {
    const { registry, findState } = await house();
    findState.mockRejectedValueOnce(new Error('database away'));
    await expect(registry.find(claims)).rejects.toThrow('database away');
  });
});
