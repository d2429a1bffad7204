import { describe, expect, it, vi } from 'vitest';
import type { DatabaseNotifications } from '../../platform/database/index.js';
import { parseNetwork } from '../../platform/networks/index.js';
import { CachedNetworkRules } from './cached-network-rules.js';
import type { IpRulesRepository } from './ip-rules.repository.js';

const NORTH = '0190a0b0-0000-7000-8000-000000000001';
const SOUTH = '0190a0b0-0000-7000-8000-000000000002';
const DENIED = '192.0.2.7';

interface Line {
  onMessage: (payload: string) => void;
  onGap: () => void;
}

/** Everybody denies 192.0.2.7. */
async function house() {
  const list = vi.fn<() => Promise<unknown>>(() =>
    Promise.resolve([{ action: 'deny', network: parseNetwork(DENIED) }]),
  );
  let line: Line | undefined;
  const notifications = {
    isListening: true,
    listen: (_channel: string, subscription: Line) => {
      line = subscription;
      return Promise.resolve();
    },
  };
  const rules = new CachedNetworkRules(
    { list } as unknown as IpRulesRepository,
    notifications as unknown as DatabaseNotifications,
  );
  await rules.onApplicationBootstrap();
  return { rules, list, notifications, line: line as unknown as Line };
}

describe('the rules of an organization', () => {
  it('B14.4 are read once, and then answered at once', async () => {
    const { rules, list } = await house();
    expect(await rules.refusalOf(NORTH, DENIED)).toBe('address-denied');
    expect(rules.refusalOf(NORTH, DENIED)).toBe('address-denied');
    expect(rules.refusalOf(NORTH, '192.0.2.8')).toBeUndefined();
    expect(list).toHaveBeenCalledOnce();
  });

  it.each<[string, number, (line: Line) => void]>([
    ['a change of theirs', 2, (line) => line.onMessage(NORTH)],
    ['a gap', 2, (line) => line.onGap()],
    ['a change of others', 1, (line) => line.onMessage(SOUTH)],
  ])('B14.4 after %s have been read %i times', async (_what, times, happen) => {
    const { rules, list, line } = await house();
    await rules.refusalOf(NORTH, DENIED);
    happen(line);
    await rules.refusalOf(NORTH, DENIED);
    expect(list).toHaveBeenCalledTimes(times);
  });

  it.each<[string, (line: Line) => void]>([
    ['a change', (line) => line.onMessage(NORTH)],
    ['a gap', (line) => line.onGap()],
  ])('A7.4 are not kept when %s came while they were read', async (_what, interrupt) => {
    const { rules, list, line } = await house();
    const reading = rules.refusalOf(NORTH, DENIED);
    interrupt(line);
    await reading;
    await rules.refusalOf(NORTH, DENIED);
    expect(list).toHaveBeenCalledTimes(2);
  });

  it('A7.2 are read every time while the line is down, and not kept', async () => {
    const { rules, list, notifications } = await house();
    await rules.refusalOf(NORTH, DENIED);
    notifications.isListening = false;
    await rules.refusalOf(NORTH, DENIED);
    await rules.refusalOf(SOUTH, DENIED);
    notifications.isListening = true;
    await rules.refusalOf(SOUTH, DENIED);
    expect(list).toHaveBeenCalledTimes(4);
  });
});
