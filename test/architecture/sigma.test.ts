import { existsSync, globSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { ZodError } from 'zod';
import { isEventName } from '../../src/platform/audit/event-catalogue.js';
import { toOcsf, type ExportedEvent } from '../../src/platform/audit/ocsf.js';
import { matches, parseRule, sigmaRules, SigmaUnknown } from './sigma.ts';

const FOLDER = 'deploy/monitoring/sigma';
const rules = sigmaRules();
const id = (digit: number) => `0198c0de-0000-7000-8000-00000000000${digit}`;

/** An event as the application exports it. */
function eventOf(facts: Partial<ExportedEvent>): unknown {
  const event: ExportedEvent = {
    id: id(1),
    organizationId: id(2),
    occurredAt: new Date('2026-11-26T12:00:00.000Z'),
    name: 'authn_login_success',
    outcome: 'failure',
    actorKind: 'user',
    actorId: id(3),
    sessionId: id(4),
    ip: '192.0.2.7',
    requestId: id(5),
    targetType: null,
    targetIds: [],
    reason: null,
    changes: null,
    ...facts,
  };
  return JSON.parse(JSON.stringify(toOcsf(event)));
}

const system = { actorKind: 'system', actorId: null, sessionId: null, ip: null, requestId: null, organizationId: null };
const role = (to: string) => ({ role: { from: 'clinician', to } });
const member = { targetType: 'user', targetIds: [id(6)] };

/** One that is found, and one as like it as an honest one gets. */
const fixtures: Readonly<Record<string, readonly [found: Partial<ExportedEvent>, other: Partial<ExportedEvent>]>> = {
  'token-reuse': [{ name: 'authn_token_reuse' }, { name: 'authn_token_repeated' }],
  'ciphertext-moved': [{ name: 'crypt_decrypt_fail' }, { name: 'crypt_key_rotated', outcome: 'success' }],
  'audit-trail-altered': [
    { name: 'sys_audit_broken', reason: 'event-altered' },
    { name: 'audit_read', reason: 'integrity' },
  ],
  'control-lost': [
    { ...system, name: 'sys_collector_lost' },
    { ...system, name: 'sys_collector_restored' },
  ],
  'emergency-access': [
    { name: 'authz_admin', reason: 'break-glass', outcome: 'success' },
    { name: 'sensitive_read', reason: 'records-of', outcome: 'success' },
  ],
  'owner-made': [
    { ...member, name: 'authz_change', reason: 'change', changes: role('owner'), outcome: 'success' },
    { ...member, name: 'authz_change', reason: 'change', changes: role('receptionist'), outcome: 'success' },
  ],
  'second-factor-removed': [
    { name: 'authn_mfa_removed', outcome: 'success' },
    { name: 'authn_mfa_enrolled', outcome: 'success' },
  ],
  'data-key-destroyed': [
    { ...system, name: 'crypt_key_destroyed', outcome: 'success' },
    { ...system, name: 'crypt_key_created', outcome: 'success' },
  ],
  'server-as-proxy': [{ name: 'outbound_destination_refused' }, { name: 'pwned_passwords_unavailable' }],
  'management-from-outside': [
    { ...system, actorKind: 'anonymous', ip: '198.51.100.7', name: 'authz_fail', reason: 'management-listener' },
    { name: 'authz_fail', reason: 'permission-missing' },
  ],
  'credential-in-url': [{ name: 'authn_token_in_url' }, { name: 'authn_token_invalid' }],
  'forbidden-with-a-key': [
    { actorKind: 'api-key', name: 'authz_fail', reason: 'scope-not-held' },
    { actorKind: 'user', name: 'authz_fail', reason: 'permission-missing' },
  ],
};

const schema = JSON.parse(readFileSync('deploy/monitoring/ocsf-event.schema.json', 'utf8')) as object;
const validate = formats.default(new Ajv2020({ strictRequired: false })).compile(schema);
const fixtureOf = (name: string, kind: 'found' | 'other') => `${FOLDER}/fixtures/${name}.${kind}.ndjson`;

describe('A6.5 the Sigma rules', () => {
  it('have each its fixtures, its id and its title', () => {
    expect(rules.length).toBeGreaterThanOrEqual(8);
    expect(Object.keys(fixtures).toSorted()).toEqual(rules.map(({ name }) => name));
    expect(globSync(`${FOLDER}/fixtures/*`)).toHaveLength(2 * rules.length);
    for (const member_ of ['id', 'title'] as const)
      expect(new Set(rules.map(({ rule }) => rule[member_])).size).toBe(rules.length);
  });

  it.each(rules)('$name finds its event and leaves the other alone', async ({ name, rule }) => {
    for (const [index, kind] of (['found', 'other'] as const).entries()) {
      const event = eventOf(fixtures[name]?.[index] ?? {});
      // What is shipped beside the rule is what the application makes.
      await expect(`${JSON.stringify(event)}\n`).toMatchFileSnapshot(`../../${fixtureOf(name, kind)}`);
      expect(validate(event), JSON.stringify(validate.errors)).toBe(true);
      expect(matches(rule, event), kind).toBe(kind === 'found');
    }
  });

  it.each(rules)('$name finds none of the events of the other rules', ({ name, rule }) => {
    for (const [other, [found]] of Object.entries(fixtures))
      expect(matches(rule, eventOf(found)), other).toBe(other === name);
  });

  it.each(rules)('$name names events and pages that there are', ({ rule }) => {
    const codes = Object.values(rule.detection).flatMap((selection) =>
      typeof selection === 'string' ? [] : [selection['metadata.event_code'] ?? []].flat(),
    );
    expect(codes.filter((code) => !isEventName(String(code)))).toEqual([]);
    expect(rule.references.filter((path) => !existsSync(path))).toEqual([]);
  });
});

describe('the matcher of the test', () => {
  const text = readFileSync(`${FOLDER}/owner-made.yml`, 'utf8');
  const event = eventOf(fixtures['owner-made']?.[0] ?? {});

  it.each([
    ['a modifier', 'privileges:', 'privileges|re:'],
    ['two modifiers', 'privileges:', 'privileges|contains|all:'],
    ['a wildcard', 'privileges: owner', "privileges: 'own*'"],
    ['a condition', 'selection and not filter', '1 of selection*'],
    ['a selection that is not there', 'selection and not filter', 'selection and not filters'],
    ['brackets', 'selection and not filter', '(selection)'],
  ])('refuses %s that it does not know', (_what, search, replace) => {
    expect(text).toContain(search);
    expect(() => matches(parseRule(text.replace(search, replace)), event)).toThrow(SigmaUnknown);
  });

  it.each([
    ['a member', 'level: high', 'level: high\ntimeframe: 5m'],
    ['a level', 'level: high', 'level: urgent'],
    ['keywords', '  filter:\n    status_detail: remove', '  filter:\n    - remove'],
    ['a source of events', 'service: security', 'service: access'],
  ])('refuses a rule with %s that it does not know', (_what, search, replace) => {
    expect(() => parseRule(text.replace(search, replace))).toThrow(ZodError);
  });

  it.each([
    ['selection', true],
    ['not selection', false],
    ['selection and not filter', true],
    ['selection and filter', false],
    ['filter or selection', true],
    ['not filter and selection or filter', true],
    ['filter or filter and selection', false],
  ])('judges "%s"', (condition, expected) => {
    expect(matches(parseRule(text.replace('selection and not filter', condition)), event)).toBe(expected);
  });
});
