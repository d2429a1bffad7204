import { describe, expect, it } from 'vitest';
import { signalsOfEvent } from './event-signals.js';

type Facts = Parameters<typeof signalsOfEvent>[0];

const happened = (facts: Partial<Facts>, honeyKeys: readonly string[] = []) =>
  signalsOfEvent(
    {
      name: 'authn_login_fail',
      reason: null,
      actorKind: 'anonymous',
      actorId: null,
      sessionId: null,
      organizationId: null,
      ip: '192.0.2.7',
      targetType: null,
      targetIds: [],
      facts: {},
      ...facts,
    },
    new Set(honeyKeys),
  );

const kinds = (...call: Parameters<typeof happened>) => happened(...call).map(({ kind }) => kind);
const user = { actorKind: 'user', actorId: 'u1', sessionId: 's1', organizationId: 'o1' } as const;

describe('what an event is a sign of', () => {
  it.each<[Partial<Facts>, readonly string[]]>([
    [{ name: 'authn_login_success', ...user }, ['signed-in']],
    [{ name: 'session_ended', ...user }, ['signed-out']],
    [{ name: 'authn_login_fail' }, ['sign-in-failed']],
    [{ name: 'authn_login_fail', facts: { isCommonName: true } }, ['sign-in-failed', 'sign-in-as-common-name']],
    [{ name: 'authn_login_fail', reason: 'suspended' }, ['sign-in-failed', 'account-suspended']],
    [{ name: 'authn_mfa_fail' }, ['sign-in-failed']],
    [{ name: 'authn_login_fail_max' }, ['sign-in-throttled']],
    [{ name: 'authn_login_lock' }, ['sign-in-throttled']],
    [{ name: 'authn_token_reuse' }, ['token-reused']],
    [{ name: 'authn_token_repeated' }, ['token-repeated']],
    [{ name: 'authn_token_invalid' }, []],
    [{ name: 'authn_token_invalid', facts: { keyId: 'k1' } }, ['key-refused']],
    [{ name: 'excess_rate_limit_exceeded' }, []],
    [{ name: 'malicious_cors' }, ['origin-refused']],
    [{ name: 'sensitive_read', ...user, targetIds: ['a'] }, ['records-read', 'session-used']],
    [{ name: 'sensitive_read', ...user, actorKind: 'api-key', targetIds: ['a'] }, ['records-read', 'key-used']],
    [{ name: 'sensitive_update', ...user }, ['session-used']],
    [{ name: 'sys_startup' }, []],
  ])('B12.1 %j is %j', (facts, expected) => {
    expect(kinds(facts)).toEqual(expected);
  });

  it('B12.1 a planted key is a trap, whatever is wrong with it', () => {
    expect(kinds({ name: 'authn_token_invalid', facts: { keyId: 'k1' } }, ['k1'])).toEqual(['honey-key-used']);
  });

  it('B12.1 says who, from where, and about whom', () => {
    expect(happened({ name: 'sensitive_read', ...user, targetType: 'patient', targetIds: ['a', 'b'] })[0]).toEqual({
      kind: 'records-read',
      ip: '192.0.2.7',
      principal: 'user:u1',
      sessionId: 's1',
      organizationId: 'o1',
      account: 'u1',
      claimed: undefined,
      weight: 2,
    });
    expect(happened({ targetType: 'user', targetIds: ['u2'], facts: { claimed: 'c' } })[0]).toMatchObject({
      principal: undefined,
      account: 'u2',
      claimed: 'c',
    });
  });
});
