import { describe, expect, it } from 'vitest';
import type { Actor } from '../../platform/access/index.js';
import { parseNetwork } from '../../platform/networks/index.js';
import {
  daysAfter,
  dueReminder,
  evaluateKey,
  openScopes,
  remindedFromStart,
  statusOf,
  visibleKeys,
  type KeyFacts,
} from './api-keys.policy.js';

const NOW = new Date('2026-11-22T12:00:00Z');
const days = (count: number) => daysAfter(NOW, count);
const later = (milliseconds: number) => new Date(NOW.getTime() + milliseconds);

function keyWith(facts: Partial<KeyFacts>): KeyFacts {
  const networks = facts.networks ?? [];
  return {
    createdAt: days(-10),
    expiresAt: days(80),
    revokedAt: null,
    lastUsedAt: null,
    isSecretRight: true,
    isMakerSuspended: false,
    networks,
    parsedNetworks: networks.flatMap((text) => parseNetwork(text) ?? []),
    ...facts,
  };
}

describe('a key', () => {
  it.each<[string, Partial<KeyFacts>]>([
    ['anywhere', {}],
    ['from its network', { networks: ['192.0.2.0/24'] }],
    ['in the last millisecond', { expiresAt: later(1) }],
    ['after 45 days without a use', { createdAt: days(-45) }],
    ['that is old and was used yesterday', { createdAt: days(-89), lastUsedAt: days(-1) }],
  ])('A4.2 opens %s', (_what, facts) => {
    expect(evaluateKey(keyWith(facts), '192.0.2.7', NOW)).toEqual({ allowed: true });
  });

  it.each<[string, Partial<KeyFacts>]>([
    ['wrong-secret', { isSecretRight: false }],
    ['wrong-secret', { isSecretRight: false, revokedAt: NOW, networks: ['198.51.100.0/24'] }],
    ['revoked', { revokedAt: days(-1) }],
    ['revoked', { revokedAt: NOW, expiresAt: days(-1) }],
    ['expired', { expiresAt: NOW }],
    ['expired', { expiresAt: days(-1) }],
    ['suspended', { createdAt: later(-45 * 86_400_000 - 1) }],
    ['suspended', { createdAt: days(-80), lastUsedAt: days(-46) }],
    ['maker-suspended', { isMakerSuspended: true }],
    ['wrong-network', { networks: ['198.51.100.0/24'] }],
    ['wrong-network', { networks: ['no network'] }],
  ])('A4.2 B4.3 is refused as %s', (reason, facts) => {
    expect(evaluateKey(keyWith(facts), '192.0.2.7', NOW)).toEqual({ allowed: false, reason });
  });

  it.each(['', 'unknown', '192.0.2.7, 192.0.2.8', 'localhost'])(
    'B14.1 is refused from "%s", which is no address',
    (ip) => {
      expect(evaluateKey(keyWith({ networks: ['192.0.2.0/24'] }), ip, NOW)).toMatchObject({ allowed: false });
    },
  );

  it('B4.3 is shown with the status that it is refused by', () => {
    expect(statusOf(keyWith({}), NOW)).toBe('active');
    expect(statusOf(keyWith({ createdAt: days(-46) }), NOW)).toBe('suspended');
  });
});

describe('the scopes that keys may have', () => {
  it('A4.5 are permissions of the table, and none about members, keys, the trail or security', () => {
    expect(openScopes).toContain('patients:read');
    expect(openScopes.filter((scope) => /^(?:members|api-keys|audit|security):|:break-glass$/.test(scope))).toEqual([]);
    expect(openScopes).not.toContain('all');
  });
});

describe('who sees which keys', () => {
  const actor = (role: string): Actor => ({ ...({} as Actor), id: 'me', userId: 'me', organizationId: 'north', role });
  it('A1.4 are all of the organization for owners, and the own ones for everybody else', () => {
    expect(visibleKeys(actor('owner'))).toEqual({ organizationId: 'north' });
    for (const role of ['clinician', 'receptionist', 'auditor', 'unknown']) {
      expect(visibleKeys(actor(role))).toEqual({ organizationId: 'north', createdById: 'me' });
    }
  });
});

describe('a reminder', () => {
  it.each<[number | undefined, number, number | null]>([
    [undefined, 15, null],
    [undefined, 14.01, null],
    [14, 14, null],
    [14, 4, null],
    [undefined, 4, 14],
    [3, 3, 14],
    [3, 0.1, 14],
    [3, 2, null],
    [undefined, 2, 3],
    [undefined, 2, 0],
    [undefined, 10, 0],
    [undefined, 0, 14],
    [undefined, -1, null],
  ])('A4.3 is %s with %s days left, after that of %s', (due, left, remindedAtDays) => {
    expect(dueReminder({ expiresAt: days(left), remindedAtDays }, NOW)).toBe(due);
  });

  it.each<[number, number | null]>([
    [90, null],
    [15, null],
    [14, 14],
    [3, 3],
    [1, 3],
  ])('A4.3 does not come at once: a key for %s days begins as reminded at %s', (lifetime, reminded) => {
    expect(remindedFromStart(lifetime)).toBe(reminded);
  });
});
