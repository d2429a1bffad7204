import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { newId } from '../../src/platform/crypto/index.js';
import { Database } from '../../src/platform/database/index.js';
import { DataPolicyModule, policies, Retention, RetentionConfig } from '../../src/platform/data-policy/index.js';
import { SecurityEvents } from '../../src/platform/audit/index.js';
import { JobQueue } from '../../src/platform/jobs/index.js';
import { Clock } from '../../src/platform/time/index.js';
import { useApp } from '../support/app.ts';
import { somePatient, TestOrganization, type SignedIn } from '../support/organization.ts';
import { asOwner } from './open-database.ts';

const DAY_MS = 86_400_000;
const app = useApp();
const NOW = new Date();
const hash = () => Buffer.from(randomBytes(32));
const far = new Date(NOW.getTime() + 1000 * DAY_MS);

let organization: TestOrganization;
let clinician: SignedIn;
let patientId: string;

beforeAll(async () => {
  organization = await TestOrganization.create(app());
  clinician = await organization.as('clinician');
  patientId = String((await clinician.post('/v1/patients', somePatient)).body['id']);
});

type Dates = Readonly<Record<string, Date>>;

/** A row of each model that ends, of which nothing is over but what the dates say. Answers with a condition that finds it. */
const makers: Record<string, (dates: Dates) => Promise<[string, unknown]>> = {
  ApiKey: async (dates) => {
    const id = newId();
    const owner = { organizationId: organization.id, createdById: clinician.member.userId };
    const data = { id, ...owner, name: 'x', keyId: id, secretHash: hash(), rateTier: 'standard', expiresAt: far };
    await client().apiKey.create({ data: { ...data, ...dates } });
    return [`id = $1`, id];
  },
  BreakGlass: async (dates) => {
    const id = newId();
    const about = { organizationId: organization.id, patientId, clinicianId: clinician.member.userId, reason: 'x' };
    await app()
      .get(Database)
      .asOrganization(organization.id, () =>
        client().breakGlass.create({ data: { id, ...about, expiresAt: far, ...dates }, select: { id: true } }),
      );
    return [`id = $1`, id];
  },
  GuessCounter: async (dates) => {
    const key = hash();
    await client().guessCounter.create({ data: { key, failures: 1, consecutive: 1, lastFailureAt: NOW, ...dates } });
    return [`key = $1`, key];
  },
  IdempotencyKey: async (dates) => {
    const id = newId();
    const request = { organizationId: organization.id, scopeHash: hash(), fingerprint: hash(), lockedUntil: far };
    await app()
      .get(Database)
      .asOrganization(organization.id, () =>
        client().idempotencyKey.create({ data: { id, ...request, expiresAt: far, ...dates }, select: { id: true } }),
      );
    return [`id = $1`, id];
  },
  KnownDevice: async (dates) => {
    const fingerprint = hash();
    const { userId } = clinician.member;
    await client().knownDevice.create({ data: { userId, fingerprint, lastSeenAt: NOW, ...dates } });
    return [`fingerprint = $1`, fingerprint];
  },
  OneTimeToken: async (dates) => {
    const id = newId();
    const data = { id, purpose: 'sign_up' as const, tokenHash: hash(), context: {}, expiresAt: far, ...dates };
    await client().oneTimeToken.create({ data, select: { id: true } });
    return [`id = $1`, id];
  },
  OwnerProposal: async (dates) => {
    const { userId } = await organization.addMember('receptionist');
    const data = { organizationId: organization.id, userId, proposedById: clinician.member.userId, expiresAt: far };
    await client().ownerProposal.create({ data: { ...data, ...dates } });
    return [`"userId" = $1`, userId];
  },
  RefreshToken: async (dates) => {
    const id = newId();
    const [session] = await asOwner<{ id: string }>('SELECT id FROM "Session" WHERE "userId" = $1', [
      clinician.member.userId,
    ]);
    const data = { id, sessionId: String(session?.id), tokenHash: hash(), expiresAt: far, ...dates };
    await client().refreshToken.create({ data });
    return [`id = $1`, id];
  },
  SecurityAlert: async (dates) => {
    const id = newId();
    const what = { point: 'AE3', severity: 'low', subject: 'everybody', count: 1, reactions: [], occurredAt: NOW };
    await client().securityAlert.create({ data: { id, organizationId: organization.id, ...what, ...dates } });
    return [`id = $1`, id];
  },
  SecurityMeasure: async (dates) => {
    const id = newId();
    const what = { point: 'AE3', subject: `address:${id}`, kind: 'slow-down', createdAt: NOW, expiresAt: far };
    await client().securityMeasure.create({ data: { id, organizationId: organization.id, ...what, ...dates } });
    return [`id = $1`, id];
  },
  Session: async (dates) => {
    const id = newId();
    const person = { userId: clinician.member.userId, organizationId: organization.id };
    const data = { id, ...person, authTime: NOW, deviceLabel: 'x', ip: '10.0.0.1', lastSeenAt: NOW, expiresAt: far };
    await client().session.create({ data: { ...data, ...dates } });
    return [`id = $1`, id];
  },
};

function client() {
  return app().get(Database).client;
}

async function enforce(isDry?: boolean) {
  vi.spyOn(app().get(Clock), 'now').mockReturnValue(NOW);
  return app().get(Retention).enforce(isDry);
}

const isThere = async (model: string, [condition, value]: readonly [string, unknown]) =>
  (await asOwner(`SELECT FROM "${model}" WHERE ${condition}`, [value])).length === 1;

const ending = [...policies].flatMap(([model, { retention }]) =>
  typeof retention === 'string' ? [] : retention.after.map((column) => ({ model, column, period: retention.period })),
);

describe('B7.5 A11.2 retention', () => {
  it('knows a row of every model that ends', () => {
    expect(Object.keys(makers).toSorted()).toEqual([...new Set(ending.map(({ model }) => model))].toSorted());
    expect(ending.length).toBeGreaterThan(8);
  });

  it.each(ending)('deletes a $model whose $column is further back than $period, and no other', async (rule) => {
    const { model, column, period } = rule;
    const days = period === undefined ? 0 : app().get(RetentionConfig).values[period];
    const limit = NOW.getTime() - days * DAY_MS;
    const make = makers[model];
    if (make === undefined) throw new Error(`no ${model} to make`);
    const over = await make({ [column]: new Date(limit - 1) });
    const under = await make({ [column]: new Date(limit) });
    const dry = (await enforce(true)).find((retired) => retired.model === model);
    expect(dry?.rows, 'in a dry run').toBeGreaterThanOrEqual(1);
    expect(await isThere(model, over), 'after a dry run').toBe(true);
    await enforce();
    expect([await isThere(model, over), await isThere(model, under)]).toEqual([false, true]);
  });

  it('A1.3 keeps a counter of guesses that has come to its end: waiting does not open it', async () => {
    const ended = hash();
    const long = new Date(NOW.getTime() - 400 * DAY_MS);
    await client().guessCounter.create({ data: { key: ended, failures: 9, consecutive: 100, lastFailureAt: long } });
    await enforce();
    expect(await isThere('GuessCounter', ['key = $1', ended])).toBe(true);
  });

  it('deletes more rows than fit into one statement', async () => {
    await asOwner(
      `INSERT INTO "GuessCounter" (key, failures, consecutive, "lastFailureAt")
       SELECT sha256(('retention' || n)::bytea), 1, 1, '2020-01-01' FROM generate_series(1, 2500) n`,
    );
    const retired = await enforce();
    expect(retired.find(({ model }) => model === 'GuessCounter')?.rows).toBeGreaterThanOrEqual(2500);
    expect(await isThere('GuessCounter', ['key = sha256($1)', 'retention1'])).toBe(false);
  });

  it('B11.1 is a job of every hour, with an event of what went', async () => {
    const repeat = vi.spyOn(JobQueue.prototype, 'repeat').mockReturnValue();
    const retention = app().get(Retention);
    const run = vi.spyOn(retention, 'enforce').mockResolvedValue([
      { model: 'Session', before: NOW, rows: 3 },
      { model: 'ApiKey', before: NOW, rows: 0 },
    ]);
    new DataPolicyModule(retention, app().get(JobQueue), app().get(SecurityEvents)).onModuleInit();
    const [name, cron, work] = repeat.mock.calls[0] ?? [];
    expect([name, cron]).toEqual(['data-policy.retention', '23 * * * *']);
    await work?.();
    expect(run).toHaveBeenCalledExactlyOnceWith();
    const events = await asOwner(
      `SELECT changes FROM "AuditEvent" WHERE name = 'sensitive_delete' AND reason = 'retention' AND "actorKind" = 'system'`,
    );
    expect(events).toContainEqual({ changes: { Session: { from: 3, to: 0 } } });
    expect(JSON.stringify(events)).not.toContain('ApiKey":{"from":0');
  });
});
