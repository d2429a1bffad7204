import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { Sealer } from '../../src/features/audit-log/sealer.js';
import { SecurityEvents } from '../../src/platform/audit/index.js';
import { newId } from '../../src/platform/crypto/index.js';
import { asOwner } from '../integration/open-database.ts';
import { useApp } from '../support/app.ts';
import { workerDatabase } from '../support/database.ts';
import { TestOrganization, type SignedIn } from '../support/organization.ts';
import { expectProblem } from '../support/problem.ts';

const TRAIL = '/v1/audit-events';
const app = useApp();
let clinic: TestOrganization;
let auditor: SignedIn;
const target = newId();

beforeAll(async () => {
  clinic = await TestOrganization.create(app());
  auditor = await clinic.as('auditor');
  for (let n = 0; n < 5; n += 1) {
    await app()
      .get(SecurityEvents)
      .record({
        name: 'authz_change',
        organizationId: clinic.id,
        reason: `change-${n}`,
        ...(n === 2 && { target: { type: 'user', ids: [target] }, changes: { role: { from: 'patient', to: null } } }),
      });
  }
});

const items = async (query = '', reader = auditor) =>
  ((await reader.get(`${TRAIL}${query}`)).body['items'] ?? []) as Record<string, unknown>[];
const reasons = (events: Record<string, unknown>[]) => events.map(({ reason }) => reason);

describe('B11.4 the audit trail', () => {
  it('is read by an auditor, the newest first, a page at a time', async () => {
    const seen: unknown[] = [];
    let cursor: string | null | undefined;
    do {
      const query = `?name=authz_change&limit=2${cursor === undefined ? '' : `&cursor=${cursor}`}`;
      const { body } = await auditor.get(`${TRAIL}${query}`);
      seen.push(...reasons(body['items'] as Record<string, unknown>[]));
      cursor = body['nextCursor'] as string | null;
    } while (cursor !== null);
    expect(seen).toEqual(['change-4', 'change-3', 'change-2', 'change-1', 'change-0']);
  });

  it('says what was done to whom', async () => {
    const [event] = await items(`?targetId=${target}`);
    expect(event).toMatchObject({
      name: 'authz_change',
      outcome: 'success',
      actorKind: 'system',
      targetType: 'user',
      targetIds: [target],
      changes: [{ field: 'role', from: 'patient', to: null }],
    });
  });

  it('is narrowed by actor and time', async () => {
    expect(await items(`?actorId=${newId()}`)).toEqual([]);
    expect(await items('?to=2020-01-01T00:00:00Z')).toEqual([]);
    expect((await items('?name=authz_change&from=2020-01-01T00:00:00Z')).length).toBe(5);
    expectProblem(await auditor.get(`${TRAIL}?from=yesterday`), 'validation-failed');
    expectProblem(await auditor.get(`${TRAIL}?sort=name`), 'validation-failed');
  });

  it('has whoever reads it in it', async () => {
    await items();
    const [event] = await items('?name=audit_read&limit=1');
    expect(event).toMatchObject({ actorKind: 'user', actorId: auditor.member.userId, ip: auditor.address });
  });

  it('is closed to other roles, and shows nothing of other organizations', async () => {
    for (const role of ['owner', 'clinician', 'receptionist', 'patient'] as const) {
      expectProblem(await (await clinic.as(role)).get(TRAIL), 'forbidden');
    }
    const stranger = await (await TestOrganization.create(app())).as('auditor');
    expect(reasons(await items('?name=authz_change', stranger))).toEqual([]);
  });
});

describe('B11.2 whether the trail is whole', () => {
  it('is told with numbers, and the first event that is not as it was sealed', async () => {
    await app().get(Sealer).seal();
    const whole = await auditor.get(`${TRAIL}/integrity`);
    expect(whole.body).toMatchObject({ isIntact: true });
    expect(Number(whole.body['events'])).toBeGreaterThanOrEqual(5);
    const [event] = await items('?name=authz_change&limit=1');
    await asOwner(`UPDATE "AuditEvent" SET reason = 'nothing' WHERE id = $1`, [event?.['id']]);
    const broken = await auditor.get(`${TRAIL}/integrity`);
    expect(broken.body).toMatchObject({
      isIntact: false,
      finding: { problem: 'event-altered', eventId: event?.['id'] },
    });
  });
});

describe('B11.2 the login of the server', () => {
  it.each([
    ['change an event', `UPDATE "AuditEvent" SET reason = 'x'`],
    ['delete an event', 'DELETE FROM "AuditEvent"'],
    ['empty the trail', 'TRUNCATE "AuditEvent"'],
    ['change a seal', `UPDATE "AuditSeal" SET mac = '\\x00'`],
    ['delete a seal', 'DELETE FROM "AuditSeal"'],
  ])('cannot %s, as psql says', async (_what, sql) => {
    const { serverUrl } = await workerDatabase();
    const psql = promisify(execFile)('psql', [serverUrl, '-v', 'ON_ERROR_STOP=1', '-c', sql]);
    await expect(psql).rejects.toThrow(/permission denied/);
  });
});
