import type { Detection, Reaction } from '../../platform/detection/index.js';

type Facts = Pick<Detection, 'point' | 'isShared'> & {
  readonly signal: Pick<Detection['signal'], 'sessionId' | 'principal'>;
};

/**
 * What is done about a detection. Nothing about whoever is exempt. An address that several people work from is slowed down
 * where it would be blocked: a stranger in the same network must not shut them out. A program has no proof to give again and no
 * session: it is blocked. @control B12.2
 */
export function reactionsTo({ point, isShared, signal }: Facts, isExempt: boolean): readonly Reaction[] {
  if (isExempt) return [];
  return point.reactions.map((reaction) => {
    if (reaction === 'block' && isShared) return 'slow-down';
    const needsPerson = reaction === 'step-up' || reaction === 'revoke-session';
    return needsPerson && signal.sessionId === undefined ? 'block' : reaction;
  });
}
