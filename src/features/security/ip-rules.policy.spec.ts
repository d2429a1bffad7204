import { describe, expect, it } from 'vitest';
import { parseNetwork, type Network } from '../../platform/networks/index.js';
import { evaluateAddress, toRuleSet } from './ip-rules.policy.js';

function networkOf(text: string): Network {
  const network = parseNetwork(text);
  if (network === undefined) throw new Error(`${text} is no network`);
  return network;
}

/** `+` allows, `-` denies. */
function judge(rules: string, ip: string): string {
  const parsed = rules
    .split(' ')
    .filter(Boolean)
    .map((rule) => {
      const action = rule.startsWith('+') ? ('allow' as const) : ('deny' as const);
      return { action, network: networkOf(rule.slice(1)) };
    });
  const verdict = evaluateAddress(toRuleSet(parsed), ip);
  return verdict.allowed ? 'allowed' : verdict.reason;
}

describe('B14.1 an organization with the rules', () => {
  it.each([
    ['', '198.51.100.7', 'allowed'],
    ['', '', 'allowed'],
    ['+10.0.0.0/8', '10.1.2.3', 'allowed'],
    ['+10.0.0.0/8', '::ffff:10.1.2.3', 'allowed'],
    ['+10.0.0.0/8', '11.0.0.0', 'address-not-listed'],
    ['+10.0.0.0/8', '::1', 'address-not-listed'],
    ['+10.0.0.0/8 +2001:db8::/32', '2001:db8::1', 'allowed'],
    ['-10.0.0.0/8', '11.0.0.0', 'allowed'],
    ['-10.0.0.0/8', '10.1.2.3', 'address-denied'],
    ['-10.0.0.0/8', '::ffff:a01:203', 'address-denied'],
    ['-10.0.0.0/8 +10.1.0.0/16', '10.1.2.3', 'address-denied'],
    ['+10.1.2.3 -10.0.0.0/8', '10.1.2.3', 'address-denied'],
    ['+10.0.0.0/8 -10.1.0.0/16', '10.2.0.1', 'allowed'],
    ['+10.0.0.0/8 -10.1.0.0/16', '192.0.2.1', 'address-not-listed'],
    ['-10.0.0.0/8', '', 'address-unknown'],
    ['-10.0.0.0/8', 'unknown', 'address-unknown'],
    ['-10.0.0.0/8', '012.1.2.3', 'address-unknown'],
    ['-10.0.0.0/8', '10.1.2.3:80', 'address-unknown'],
    ['-10.0.0.0/8', '192.0.2.1, 10.1.2.3', 'address-unknown'],
  ])('"%s" finds %s %s', (rules, ip, verdict) => {
    expect(judge(rules, ip)).toBe(verdict);
  });
});
