import { isIP } from 'node:net';
import { includesAddress, type Network } from '../../platform/networks/index.js';

export const ipRuleActions = ['allow', 'deny'] as const;

interface IpRule {
  readonly action: (typeof ipRuleActions)[number];
  readonly network: Network;
}

/** The rules of an organization, as they are asked for on every request. */
export interface RuleSet {
  readonly allow: readonly Network[];
  readonly deny: readonly Network[];
}

type Verdict =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly reason: 'address-unknown' | 'address-denied' | 'address-not-listed' };

const ALLOWED: Verdict = { allowed: true };

/**
 * Whether an organization with these rules may be used from this address: deny wins, and where there is an allow, everything
 * else is denied. Without rules every address will do; with rules, what is no address will not (fails closed). @control B14.1
 */
export function evaluateAddress({ allow, deny }: RuleSet, ip: string): Verdict {
  if (allow.length === 0 && deny.length === 0) return ALLOWED;
  if (isIP(ip) === 0) return { allowed: false, reason: 'address-unknown' };
  if (includesAddress(deny, ip)) return { allowed: false, reason: 'address-denied' };
  if (allow.length > 0 && !includesAddress(allow, ip)) return { allowed: false, reason: 'address-not-listed' };
  return ALLOWED;
}

export function toRuleSet(rules: readonly IpRule[]): RuleSet {
  const networksOf = (action: IpRule['action']) =>
    rules.filter((rule) => rule.action === action).map(({ network }) => network);
  return { allow: networksOf('allow'), deny: networksOf('deny') };
}
