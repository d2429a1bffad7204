import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { SecurityEvents, type RecordedEvent } from '../../src/platform/audit/index.js';
import { ManagementListener } from '../../src/platform/health/index.js';
import { asOwner } from '../integration/open-database.ts';
import { startApp } from '../support/app.ts';
import { somePatient, TestOrganization } from '../support/organization.ts';

const rowsOf = (name: string, since: Date) =>
  asOwner('SELECT * FROM "AuditEvent" WHERE name = $1 AND "occurredAt" >= $2 ORDER BY sequence', [name, since]);

describe('B11.1 what the server does by itself is in the trail', () => {
  it('that it has started, and that it was told to stop', async () => {
    const since = new Date();
    const app = await startApp();
    const heard: RecordedEvent[] = [];
    app.get(SecurityEvents).subscribe((event) => heard.push(event));
    await app.close();
    expect(heard.map(({ name }) => name)).toEqual(['sys_shutdown']);
    const system = { actorKind: 'system', outcome: 'success', organizationId: null };
    expect(await rowsOf('sys_startup', since)).toContainEqual(expect.objectContaining(system));
    expect(await rowsOf('sys_shutdown', since)).toContainEqual(
      expect.objectContaining({ ...system, id: heard[0]?.id }),
    );
  });

  it('that it has made a data key, once', async () => {
    const since = new Date();
    const app = await startApp();
    const organization = await TestOrganization.create(app);
    const { id } = organization;
    const clinician = await organization.as('clinician');
    for (let i = 0; i < 2; i += 1) expect((await clinician.post('/v1/patients', somePatient)).status).toBe(201);
    await app.close();
    const keys = await asOwner<{ id: string }>('SELECT id FROM "DataKey" WHERE "organizationId" = $1', [id]);
    const events = await rowsOf('crypt_key_created', since);
    expect(keys).toHaveLength(1);
    expect(events.filter(({ organizationId }) => organizationId === id)).toEqual([
      expect.objectContaining({ targetType: 'data-key', targetIds: [keys[0]?.id] }),
    ]);
  });

  it('that a stranger reached the management listener, once for many tries', async () => {
    const since = new Date();
    const app = await startApp({ MANAGEMENT_ALLOW: '192.0.2.0/24' });
    const { port } = new URL(await app.get(ManagementListener).listen());
    for (let i = 0; i < 5; i += 1) await once(connect(Number(port), '127.0.0.1'), 'close');
    await app.close();
    await vi.waitFor(async () =>
      expect(await rowsOf('authz_fail', since)).toEqual([
        expect.objectContaining({ reason: 'management-listener', ip: '127.0.0.1', outcome: 'failure' }),
      ]),
    );
  });
});
