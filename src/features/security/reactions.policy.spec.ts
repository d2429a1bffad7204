import { describe, expect, it } from 'vitest';
import { detectionPoints, type Reaction } from '../../platform/detection/index.js';
import { reactionsTo } from './reactions.policy.js';

const about = (reactions: readonly Reaction[], facts: { isShared?: boolean; sessionId?: string } = {}) => ({
  point: { ...detectionPoints.SCAN, reactions },
  isShared: facts.isShared ?? false,
  signal: { sessionId: facts.sessionId, principal: 'user:1' },
});

describe('what is done about a detection', () => {
  it.each<[readonly Reaction[], { isShared?: boolean; sessionId?: string }, readonly Reaction[]]>([
    [['block'], {}, ['block']],
    [['block'], { isShared: true }, ['slow-down']],
    [['slow-down'], { isShared: true }, ['slow-down']],
    [['step-up'], { sessionId: 's' }, ['step-up']],
    [['revoke-session'], { sessionId: 's' }, ['revoke-session']],
    [['step-up'], {}, ['block']],
    [['revoke-session'], {}, ['block']],
    [[], {}, []],
  ])('B12.2 %j of %j is %j', (reactions, facts, expected) => {
    expect(reactionsTo(about(reactions, facts), false)).toEqual(expected);
  });

  it('B12.2 nothing is done about whoever is exempt', () => {
    expect(reactionsTo(about(['block', 'slow-down', 'step-up', 'revoke-session']), true)).toEqual([]);
  });
});
