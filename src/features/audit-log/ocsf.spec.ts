import { describe, expect, it } from 'vitest';
import { toOcsf, type ExportedEvent } from './ocsf.js';

const event: ExportedEvent = {
  id: '0198c0de-0000-7000-8000-000000000001',
  organizationId: 'organization',
  occurredAt: new Date('2026-11-26T12:00:00.000Z'),
  name: 'authn_login_success',
  outcome: 'success',
  actorKind: 'user',
  actorId: 'actor',
  sessionId: 'session',
  ip: '192.0.2.7',
  requestId: 'request',
  targetType: 'user',
  targetIds: ['target'],
  reason: null,
};

describe('an event for collectors', () => {
  it('A6.1 B11.4 is an object of its OCSF class', () => {
    expect(toOcsf(event)).toEqual({
      metadata: {
        version: '1.3.0',
        uid: event.id,
        event_code: 'authn_login_success',
        product: { name: 'Rampart' },
        correlation_uid: 'request',
      },
      class_uid: 3002,
      category_uid: 3,
      activity_id: 1,
      type_uid: 300_201,
      severity_id: 1,
      status_id: 1,
      status_detail: null,
      time: 1_795_694_400_000,
      message: 'authn_login_success',
      actor: { user: { uid: 'actor', type: 'user' }, session: { uid: 'session' } },
      src_endpoint: { ip: '192.0.2.7' },
      cloud: { org: { uid: 'organization' } },
      resources: [{ uid: 'target', type: 'user' }],
    });
  });

  it.each([
    ['sensitive_read', 6003, 2],
    ['crypt_decrypt_fail', 2004, 1],
    ['authz_change', 3005, 99],
  ])('A6.1 %s is of class %d', (name, class_uid, activity_id) => {
    expect(toOcsf({ ...event, name, outcome: 'failure' })).toMatchObject({ class_uid, activity_id, status_id: 2 });
  });

  it('B11.4 a name that the catalogue does not have any more is exported all the same', () => {
    expect(toOcsf({ ...event, name: 'of_an_older_version' })).toMatchObject({
      class_uid: 0,
      type_uid: 99,
      severity_id: 0,
      message: 'of_an_older_version',
    });
  });
});
