import type { ExecutionContext } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { NetworkNotAllowed } from './access.errors.js';
import { NetworkGuard, NetworkRules } from './network.guard.js';

type Answer = string | undefined | Promise<string | undefined>;

const actor = { organizationId: 'north', ip: '203.0.113.7' };

function guardWith(answer: () => Answer) {
  const asked: unknown[][] = [];
  class Rules extends NetworkRules {
    refusalOf(...facts: [string, string]): Answer {
      asked.push(facts);
      return answer();
    }
  }
  const guard = new NetworkGuard(new Rules());
  const enter = (caller: unknown) => {
    const context = { switchToHttp: () => ({ getRequest: () => ({ actor: caller }) }) };
    return guard.canActivate(context as ExecutionContext);
  };
  return { asked, enter };
}

describe('B14.1 the network of a caller', () => {
  it('is asked about by organization and address, and may be allowed', async () => {
    const { asked, enter } = guardWith(() => undefined);
    await expect(enter(actor)).resolves.toBe(true);
    expect(asked).toEqual([['north', '203.0.113.7']]);
  });

  it.each<[string, () => Answer]>([
    ['at once', () => 'not-on-list'],
    ['after a look into the database', () => Promise.resolve('not-on-list')],
    ['for no reason that is said', () => ''],
  ])('is refused %s', async (_when, answer) => {
    await expect(guardWith(answer).enter(actor)).rejects.toBeInstanceOf(NetworkNotAllowed);
  });

  it('A7.2 lets nobody in when the rules cannot be asked', async () => {
    const { enter } = guardWith(() => Promise.reject(new Error('away')));
    await expect(enter(actor)).rejects.toThrow('away');
  });

  it('B14.3 says nothing about who has no actor: that is the question of the other guards', async () => {
    const { asked, enter } = guardWith(() => 'not-on-list');
    await expect(enter(undefined)).resolves.toBe(true);
    expect(asked).toEqual([]);
  });
});
