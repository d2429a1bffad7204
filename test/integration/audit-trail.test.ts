import { Logger } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { SecurityEvents, type RecordedEvent, type SecurityEvent } from '../../src/platform/audit/index.js';
import { newId } from '../../src/platform/crypto/index.js';
import { DatabaseConfig, type Database } from '../../src/platform/database/index.js';
import { StoredAuditTrail } from '../../src/platform/database/stored-audit-trail.js';
import { SystemClock } from '../../src/platform/time/clock.js';
import { testConfig } from '../support/app.ts';
import { asOwner, openDatabase } from './open-database.ts';

let database: Database;
let events: SecurityEvents;
let heard: RecordedEvent[];

beforeAll(async () => {
  database = await openDatabase();
  const config = await testConfig();
  events = new SecurityEvents(new StoredAuditTrail(database, config.get(DatabaseConfig)), new SystemClock());
  events.subscribe((event) => heard.push(event));
});
beforeEach(() => {
  heard = [];
  vi.spyOn(Logger.prototype, 'log').mockReturnValue();
});
afterAll(async () => {
  await events.onApplicationShutdown();
  await database.onApplicationShutdown();
});

const eventOf = (organizationId: string): SecurityEvent => ({
  name: 'sensitive_update',
  organizationId,
  target: { type: 'patient', ids: [newId(), newId()] },
  reason: 'test',
  changes: { role: { from: 'a', to: 'b' } },
});

const rowsOf = (organizationId: string) =>
  asOwner('SELECT * FROM "AuditEvent" WHERE "organizationId" = $1 ORDER BY sequence', [organizationId]);

describe('an event that is recorded', () => {
  it('B11.3 is in the trail when the wait ends, as it was', async () => {
    const organizationId = newId();
    const event = eventOf(organizationId);
    await events.record(event);
    const { route: _, facts: __, ...row } = heard[0] as RecordedEvent;
    expect(await rowsOf(organizationId)).toEqual([{ sequence: expect.any(String), ...row }]);
    expect(row).toMatchObject({ targetIds: event.target?.ids, changes: event.changes, actorKind: 'system' });
  });

  it('B11.3 in a transaction commits with it, and counts from then on', async () => {
    const organizationId = newId();
    await database.inTransaction(async () => {
      await events.record(eventOf(organizationId));
      expect([heard, await rowsOf(organizationId)]).toEqual([[], []]);
    });
    expect(heard).toHaveLength(1);
    expect(await rowsOf(organizationId)).toHaveLength(1);
  });

  it('B11.3 in a transaction that is rolled back has never been', async () => {
    const organizationId = newId();
    const work = database.inTransaction(async () => {
      await events.record(eventOf(organizationId));
      throw new Error('changed my mind');
    });
    await expect(work).rejects.toThrow('changed my mind');
    expect([heard, await rowsOf(organizationId)]).toEqual([[], []]);
  });

  it('B11.3 by many at once costs few statements, and none is lost', async () => {
    const organizationId = newId();
    const add = vi.spyOn(StoredAuditTrail.prototype, 'add');
    await Promise.all(Array.from({ length: 100 }, () => events.record(eventOf(organizationId))));
    expect(await rowsOf(organizationId)).toHaveLength(100);
    expect(add.mock.calls.length).toBeLessThan(5);
  });
});

describe('an event that is noted', () => {
  it('B11.1 counts at once, is written later, and stays when the transaction around it is rolled back', async () => {
    const organizationId = newId();
    const work = database.inTransaction(() => {
      events.note({ name: 'authz_fail', organizationId });
      throw new Error('refused');
    });
    await expect(work).rejects.toThrow('refused');
    expect(heard).toHaveLength(1);
    await vi.waitFor(async () => expect(await rowsOf(organizationId)).toHaveLength(1));
  });

  it('B11.1 that cannot be written down never throws', () => {
    const error = vi.spyOn(Logger.prototype, 'error').mockReturnValue();
    events.note({ name: 'authz_fail', target: { type: 'patient', ids: ['no id'] } });
    expect(error).toHaveBeenCalledOnce();
  });

  it('B11.1 reaches every listener, whatever another one does', () => {
    const error = vi.spyOn(Logger.prototype, 'error').mockReturnValue();
    events.subscribe(({ reason }) => {
      if (reason === 'bad-listener') throw new Error('deaf');
    });
    const last = vi.fn<(event: RecordedEvent) => void>();
    events.subscribe(last);
    events.note({ name: 'authz_fail', reason: 'bad-listener' });
    expect(last).toHaveBeenCalledOnce();
    expect(error).toHaveBeenCalledOnce();
  });
});
