import { describe, expect, it } from 'vitest';
import { runInRequestContext, type RequestContext } from '../telemetry/index.js';
import { changesBetween, completeEvent, type RecordedEvent, type SecurityEvent } from './security-event.js';

const USER = '0198c0de-0000-7000-8000-000000000001';
const ORGANIZATION = '0198c0de-0000-7000-8000-000000000002';
const SESSION = '0198c0de-0000-7000-8000-000000000003';
const NOW = new Date('2026-01-31T09:30:00Z');

const actor = { kind: 'user', id: USER, organizationId: ORGANIZATION, sessionId: SESSION } as const;
const where = { requestId: 'r', ip: '192.0.2.1', route: '/v1/patients/:id' };

function completed(event: SecurityEvent, context?: RequestContext): RecordedEvent {
  const results: RecordedEvent[] = [];
  const complete = () => void results.push(completeEvent(event, NOW));
  if (context === undefined) complete();
  else runInRequestContext(context, complete);
  return results[0] as RecordedEvent;
}

describe('a security event', () => {
  it('B11.1 says who did it, from where and in which request', () => {
    const event = completed(
      { name: 'sensitive_read', target: { type: 'patient', ids: [USER] } },
      { ...where, actor, organizationId: ORGANIZATION },
    );
    expect(event).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      occurredAt: NOW,
      name: 'sensitive_read',
      outcome: 'success',
      actorKind: 'user',
      actorId: USER,
      sessionId: SESSION,
      organizationId: ORGANIZATION,
      ...where,
      targetType: 'patient',
      targetIds: [USER],
      reason: null,
      changes: null,
      facts: {},
    });
  });

  it.each<[string, SecurityEvent, RequestContext | undefined, Partial<RecordedEvent>]>([
    ['is anonymous in a request without an actor', { name: 'authn_login_fail' }, where, { actorKind: 'anonymous' }],
    ['is of the system outside of requests', { name: 'sys_job_fail' }, undefined, { actorKind: 'system', ip: null }],
    [
      'names the person who has just proved to be one',
      { name: 'authn_login_success', person: { userId: USER }, organizationId: ORGANIZATION },
      where,
      { actorKind: 'user', actorId: USER, organizationId: ORGANIZATION },
    ],
    [
      'may be of no organization although the actor has one',
      { name: 'user_updated', organizationId: null },
      { ...where, actor, organizationId: ORGANIZATION },
      { organizationId: null, actorId: USER },
    ],
    ['fails by default when its kind does', { name: 'authz_fail' }, where, { outcome: 'failure' }],
    ['succeeds when it says so', { name: 'authz_fail', outcome: 'success' }, where, { outcome: 'success' }],
  ])('B11.1 %s', (_rule, event, context, expected) => {
    expect(completed(event, context)).toMatchObject(expected);
  });

  it('B11.1 is refused with a target that is no id', () => {
    expect(() => completed({ name: 'sensitive_read', target: { type: 'patient', ids: ['canary'] } })).toThrow(
      TypeError,
    );
  });
});

describe('B11.1 changes', () => {
  it.each([
    [{ role: 'clinician' }, { role: 'owner' }, ['role'], { role: { from: 'clinician', to: 'owner' } }],
    [{ role: 'clinician' }, { role: 'clinician' }, ['role'], {}],
    [{ phone: '1' }, { phone: '2' }, [], { phone: { from: '[masked]', to: '[masked]' } }],
    [{ phone: '1', role: 'a' }, { phone: '1', role: 'b' }, [], { role: { from: '[masked]', to: '[masked]' } }],
    [{}, { at: NOW }, ['at'], { at: { from: null, to: NOW.toISOString() } }],
    [{ scopes: ['a'] }, { scopes: ['a', 'b'] }, ['scopes'], { scopes: { from: '["a"]', to: '["a","b"]' } }],
    [{ name: 'a' }, { name: undefined }, ['name'], {}],
    [{ name: 'a', other: 1 }, { name: null }, ['name'], { name: { from: 'a', to: null } }],
  ])('of %j by %j, of which %j may be shown', (before, after, shown, expected) => {
    expect(changesBetween(before, after, shown)).toEqual(expected);
  });
});
