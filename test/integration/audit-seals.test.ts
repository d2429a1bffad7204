import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SealsRepository } from '../../src/features/audit-log/seals.repository.js';
import { Sealer } from '../../src/features/audit-log/sealer.js';
import { Verifier, type ChainReport } from '../../src/features/audit-log/verifier.js';
import { SecurityEvents } from '../../src/platform/audit/index.js';
import { newId } from '../../src/platform/crypto/index.js';
import { Database } from '../../src/platform/database/index.js';
import { JobQueue } from '../../src/platform/jobs/index.js';
import { startApp } from '../support/app.ts';
import { separateDatabase } from '../support/database.ts';
import { asOwner, openDatabase, query } from './open-database.ts';

let app: NestFastifyApplication;
let scope: string;
beforeAll(async () => {
  // The sealer of the application would seal in between, and the links would be others.
  vi.spyOn(JobQueue.prototype, 'repeat').mockReturnValue();
  app = await startApp();
});
afterAll(() => app.close());

const seal = () => app.get(Sealer).seal();
const verify = (anchor?: ChainReport['anchor']) => app.get(Verifier).verify(scope, anchor);
const record = (reason: string) =>
  app
    .get(SecurityEvents)
    .record({ name: 'authz_change', organizationId: scope, reason, changes: { a: { from: 1, to: 2 } } });

const eventsOf = () =>
  asOwner<{ id: string; sequence: string }>(
    'SELECT e.id, e.sequence::text FROM "AuditEvent" e WHERE e."organizationId" = $1 ORDER BY e.sequence',
    [scope],
  );

/** Three links of two events each. */
beforeEach(async () => {
  scope = newId();
  for (let link = 0; link < 3; link += 1) {
    await record(`first of ${link}`);
    await record(`second of ${link}`);
    await seal();
  }
});

describe('B11.2 the chain of an organization', () => {
  it('is whole when nothing was touched, and says how far it goes', async () => {
    await record('not sealed yet');
    expect(await verify()).toEqual({
      scope,
      seals: 3,
      events: 6,
      unsealed: 1,
      anchor: { scope, number: 3, mac: expect.any(String) as string },
    });
  });

  it('takes in what was written before and has committed late', async () => {
    const database = app.get(Database);
    let commit = (): void => undefined;
    const held = new Promise<void>((resolve) => (commit = resolve));
    let begun = (): void => undefined;
    const started = new Promise<void>((resolve) => (begun = resolve));
    const late = database.inTransaction(async () => {
      await record('late');
      begun();
      await held;
    });
    await started;
    await record('on time');
    await seal();
    expect(await verify()).toMatchObject({ seals: 4, events: 7, unsealed: 0 });
    commit();
    await late;
    await seal();
    const report = await verify();
    expect(report).toMatchObject({ seals: 5, events: 8, unsealed: 0 });
    expect(report.finding).toBeUndefined();
  });

  it('misses nothing when an event is rolled back', async () => {
    const work = app.get(Database).inTransaction(async () => {
      await record('never was');
      throw new Error('rolled back');
    });
    await expect(work).rejects.toThrow('rolled back');
    await record('after the gap');
    await seal();
    const report = await verify();
    expect(report).toMatchObject({ seals: 4, events: 7 });
    expect(report.finding).toBeUndefined();
  });

  it('is sealed by one at a time', async () => {
    for (let n = 0; n < 5; n += 1) await record(`parallel ${n}`);
    await Promise.all([seal(), seal(), seal(), seal()]);
    await seal();
    const report = await verify();
    expect(report).toMatchObject({ events: 11, unsealed: 0 });
    expect(report.finding).toBeUndefined();
  });
});

describe('B11.2 somebody who may write to the database is found', () => {
  /** Whoever has all rights: the owner of the tables. */
  it.each<[string, (ids: { id: string; sequence: string }[]) => [string, unknown[]][], object]>([
    [
      'who edits an event',
      ([, , third]) => [[`UPDATE "AuditEvent" SET reason = 'x' WHERE id = $1`, [third?.id]]],
      { problem: 'event-altered', sealNumber: 2 },
    ],
    [
      'who edits the actor of an event',
      ([first]) => [[`UPDATE "AuditEvent" SET "actorId" = $1 WHERE id = $2`, [newId(), first?.id]]],
      { problem: 'event-altered', sealNumber: 1 },
    ],
    [
      'who edits what has changed',
      ([first]) => [[`UPDATE "AuditEvent" SET changes = '{"a":{"from":1,"to":3}}' WHERE id = $1`, [first?.id]]],
      { problem: 'event-altered', sealNumber: 1 },
    ],
    [
      'who moves an event to another organization',
      ([, second]) => [[`UPDATE "AuditEvent" SET "organizationId" = $1 WHERE id = $2`, [newId(), second?.id]]],
      { problem: 'event-altered', sealNumber: 1 },
    ],
    [
      'who deletes an event',
      ([, , , fourth]) => [[`DELETE FROM "AuditEvent" WHERE id = $1`, [fourth?.id]]],
      { problem: 'event-missing', sealNumber: 2 },
    ],
    [
      'who swaps two events',
      ([first, second]) => [
        [`UPDATE "AuditEvent" SET sequence = -sequence WHERE id IN ($1, $2)`, [first?.id, second?.id]],
        [`UPDATE "AuditEvent" SET sequence = $1 WHERE id = $2`, [second?.sequence, first?.id]],
        [`UPDATE "AuditEvent" SET sequence = $1 WHERE id = $2`, [first?.sequence, second?.id]],
      ],
      { problem: 'event-altered', sealNumber: 1 },
    ],
    [
      'who takes out a link',
      () => [[`DELETE FROM "AuditSeal" WHERE scope = $1 AND number = 2`, []]],
      { problem: 'seal-missing', sealNumber: 2 },
    ],
    [
      'who takes out a link and closes the gap',
      () => [
        [`DELETE FROM "AuditSeal" WHERE scope = $1 AND number = 2`, []],
        [`UPDATE "AuditSeal" SET number = 2 WHERE scope = $1 AND number = 3`, []],
      ],
      { problem: 'seal-altered', sealNumber: 2 },
    ],
    [
      'who makes a seal of their own',
      () => [
        [`UPDATE "AuditSeal" SET mac = '\\x${randomBytes(32).toString('hex')}' WHERE scope = $1 AND number = 3`, []],
      ],
      { problem: 'seal-altered', sealNumber: 3 },
    ],
    [
      'who names another key',
      () => [[`UPDATE "AuditSeal" SET "keyId" = '${newId()}' WHERE scope = $1 AND number = 1`, []]],
      { problem: 'key-missing', sealNumber: 1 },
    ],
  ])('%s', async (_who, tamper, finding) => {
    for (const [sql, values] of tamper(await eventsOf())) {
      await asOwner(sql, sql.includes('scope = $1') ? [scope] : values);
    }
    expect((await verify()).finding).toMatchObject(finding);
  });

  it('who cuts off the end, by what was written down elsewhere before', async () => {
    const { anchor } = await verify();
    const last = (await eventsOf()).slice(4).map(({ id }) => id);
    await asOwner('DELETE FROM "AuditEvent" WHERE id = ANY ($1)', [last]);
    await asOwner('DELETE FROM "AuditSeal" WHERE scope = $1 AND number = 3', [scope]);
    expect((await verify()).finding).toBeUndefined();
    expect((await verify(anchor)).finding).toEqual({ problem: 'truncated', sealNumber: 3 });
  });

  it('who has the event named that was touched', async () => {
    const [, , third] = await eventsOf();
    await asOwner(`UPDATE "AuditEvent" SET outcome = 'failure' WHERE id = $1`, [third?.id]);
    expect((await verify()).finding).toEqual({
      problem: 'event-altered',
      sealNumber: 2,
      sequence: third?.sequence,
      eventId: third?.id,
    });
  });
});

describe('PT.3 what is not sealed yet', () => {
  it('is found within what a statement may take, however much is sealed', async () => {
    const urls = await separateDatabase();
    const many = 30_000;
    await query(
      urls.ownerUrl,
      `INSERT INTO "AuditEvent" (id, "organizationId", "occurredAt", name, outcome, "actorKind", "targetIds")
       SELECT gen_random_uuid(), NULL, now(), 'authz_change', 'success', 'system', '{}' FROM generate_series(1, ${many})`,
    );
    await query(
      urls.ownerUrl,
      `INSERT INTO "AuditSeal" (scope, number, sequences, digests, mac, "keyId", "sealedAt")
       SELECT gen_random_uuid(), 1, array_agg(sequence ORDER BY sequence), '', '', gen_random_uuid(), now()
       FROM "AuditEvent" GROUP BY sequence / 5000`,
    );
    const database = await openDatabase({ DATABASE_URL: urls.serverUrl });
    const seals = new SealsRepository(database);
    expect(await seals.oldestUnsealedAt()).toBeUndefined();
    await query(urls.ownerUrl, `DELETE FROM "AuditSeal" WHERE "sequences" @> ARRAY[${many}::bigint]`);
    expect(await seals.oldestUnsealedAt()).toBeInstanceOf(Date);
    await database.onApplicationShutdown();
  });
});
