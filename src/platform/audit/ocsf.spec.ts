import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { eventCatalogue } from './event-catalogue.js';
import { toOcsf, type ExportedEvent } from './ocsf.js';

const schema = JSON.parse(readFileSync('deploy/monitoring/ocsf-event.schema.json', 'utf8')) as object;
const validate = formats.default(new Ajv2020({ strict: true, strictRequired: false, allErrors: true })).compile(schema);

/** What the shipped schema says against an object as it is sent; empty when nothing. */
function faultsOf(object: unknown): unknown[] {
  validate(JSON.parse(JSON.stringify(object)));
  return validate.errors ?? [];
}

const id = (digit: number) => `0198c0de-0000-7000-8000-00000000000${digit}`;

const event: ExportedEvent = {
  id: id(1),
  organizationId: id(2),
  occurredAt: new Date('2026-11-26T12:00:00.000Z'),
  name: 'authn_login_success',
  outcome: 'success',
  actorKind: 'user',
  actorId: id(3),
  sessionId: id(4),
  ip: '192.0.2.7',
  requestId: 'request',
  targetType: 'user',
  targetIds: [id(5)],
  reason: null,
  changes: null,
};

/** Of no organization, by nobody, on nothing. */
const bare: ExportedEvent = {
  ...event,
  organizationId: null,
  actorKind: 'system',
  actorId: null,
  sessionId: null,
  ip: null,
  requestId: null,
  targetType: null,
  targetIds: [],
};

describe('an event for collectors', () => {
  it('A6.1 B11.4 is an object of its OCSF class', () => {
    const product = { name: 'Rampart', vendor_name: 'Rampart' };
    expect(toOcsf(event)).toEqual({
      metadata: {
        version: '1.3.0',
        uid: event.id,
        event_code: 'authn_login_success',
        product,
        correlation_uid: 'request',
        tenant_uid: event.organizationId,
      },
      class_uid: 3002,
      category_uid: 3,
      activity_id: 1,
      type_uid: 300_201,
      severity_id: 1,
      status_id: 1,
      time: 1_795_694_400_000,
      message: 'authn_login_success',
      actor: { user: { uid: event.actorId, type: 'user', type_id: 1 }, session: { uid: event.sessionId } },
      src_endpoint: { ip: '192.0.2.7' },
      user: { uid: id(5), type: 'user', type_id: 1 },
      service: { name: 'Rampart' },
      resources: [{ uid: id(5), type: 'user' }],
    });
  });

  it.each(Object.keys(eventCatalogue))(
    'A6.1 %s is as the shipped schema says, with everything and with nothing',
    (name) => {
      for (const one of [event, bare]) expect(faultsOf(toOcsf({ ...one, name }))).toEqual([]);
    },
  );

  it.each<[string, (sent: ReturnType<typeof toOcsf>) => object]>([
    ['without its user', ({ ...sent }) => ({ ...sent, user: undefined })],
    ['of another class', (sent) => ({ ...sent, class_uid: 6003 })],
    ['whose number is of another class', (sent) => ({ ...sent, type_uid: 600_301 })],
    ['with what OCSF does not know', (sent) => ({ ...sent, password: 'x' })],
    ['without a time', (sent) => ({ ...sent, time: undefined })],
    ['from what is no address', (sent) => ({ ...sent, src_endpoint: { ip: 'unknown' } })],
    ['of nobody', (sent) => ({ ...sent, actor: {} })],
  ])('A6.1 the schema refuses one %s', (_what, spoil) => {
    expect(faultsOf(spoil(toOcsf(event)))).not.toEqual([]);
  });

  it.each([
    ['sensitive_read', 6003, 2, { api: { operation: '/v1/patients/:id' } }],
    ['crypt_decrypt_fail', 2004, 1, { finding_info: { uid: event.id, title: 'crypt_decrypt_fail' } }],
    ['authz_change', 3005, 99, { privileges: ['clinician'], user: { uid: id(5) } }],
  ])('A6.1 %s is of class %d', (name, class_uid, activity_id, more) => {
    const changes = { role: { from: 'receptionist', to: 'clinician' } };
    const sent = toOcsf({ ...event, name, changes, route: '/v1/patients/:id', outcome: 'failure' });
    expect(sent).toMatchObject({ class_uid, activity_id, status_id: 2, ...more });
  });

  it('B11.4 a name that the catalogue does not have any more is exported all the same', () => {
    const sent = toOcsf({ ...event, name: 'of_an_older_version' });
    expect(sent).toMatchObject({ class_uid: 0, type_uid: 99, severity_id: 0, message: 'of_an_older_version' });
    expect(faultsOf(sent)).toEqual([]);
  });
});
