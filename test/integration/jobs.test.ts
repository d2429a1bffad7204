import { setTimeout } from 'node:timers/promises';
import { getConstructionPlans } from 'pg-boss';
import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { newId } from '../../src/platform/crypto/index.js';
import { Database, DatabaseConfig, DatabaseNotifications } from '../../src/platform/database/index.js';
import { defineJob, JobQueue, JobTiming } from '../../src/platform/jobs/index.js';
import { createBoss, queueDatabase } from '../../src/platform/jobs/create-boss.js';
import { JobPayloads } from '../../src/platform/jobs/job-payloads.js';
import { StartRefused } from '../../src/platform/process/index.js';
import { hearEvents } from '../support/heard-events.ts';
import { testConfig } from '../support/app.ts';
import { workerDatabase } from '../support/database.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';
import { asOwner, openConnection, openDatabase } from './open-database.ts';

const letter = z.object({ to: z.email(), words: z.string() });

/** Retries at once, and looks again as often as pg-boss allows. */
class Impatient extends JobTiming {
  override retryLimit = 2;
  override retryDelayMaxSeconds = 0;
  override pollSeconds = 0.5;
  override repeatPollSeconds = 1;
}

interface Instance {
  readonly database: Database;
  readonly queue: JobQueue;
  stop(): Promise<void>;
}

const running: Instance[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((instance) => instance.stop()));
});

/** One more server, as far as jobs are concerned. */
async function startInstance(
  register: (queue: JobQueue) => void,
  timing: JobTiming = new Impatient(),
  settings: Readonly<Record<string, string>> = {},
) {
  const config = await testConfig(settings);
  const { database, ciphers } = await openConnection(settings);
  const notifications = new DatabaseNotifications(config.get(DatabaseConfig));
  const payloads = new JobPayloads(ciphers);
  const queue = new JobQueue(database, payloads, timing, events, notifications);
  register(queue);
  await queue.onApplicationBootstrap();
  const instance: Instance = {
    database,
    queue,
    stop: async () => {
      await queue.beforeApplicationShutdown();
      await notifications.onApplicationShutdown();
      await database.onApplicationShutdown();
    },
  };
  running.push(instance);
  return instance;
}

/** The minute's housekeeping of pg-boss, now. */
async function maintain(): Promise<void> {
  await asOwner('UPDATE pgboss.queue SET maintain_on = NULL, monitor_on = NULL');
  const database = await openDatabase();
  const notifications = new DatabaseNotifications((await testConfig()).get(DatabaseConfig));
  const boss = createBoss(queueDatabase(database, notifications), new JobTiming(), new Logger());
  await boss.start();
  await boss.supervise();
  await boss.stop({ close: false });
  await notifications.onApplicationShutdown();
  await database.onApplicationShutdown();
}

/** A kind of its own for each test: nobody cleans the database. */
const newKind = () => defineJob(`test-${newId()}`, letter);
const ada = () => ({ to: `${newId()}@test.example`, words: 'Dear Ada' });

interface Row {
  readonly id: string;
  readonly state: string;
  readonly retry_count: number;
  readonly data: { sealed: string };
}
const jobsOf = ({ name }: { name: string }) =>
  asOwner<Row>('SELECT id, state::text, retry_count, data FROM pgboss.job WHERE name = $1', [name]);
const statesOf = async (kind: { name: string }) => (await jobsOf(kind)).map(({ state }) => state);
const everythingOf = ({ name }: { name: string }) =>
  asOwner<{ text: string }>('SELECT j::text AS text FROM pgboss.job j WHERE name = $1', [name]);

const QUICK = { timeout: 5000, interval: 20 };

const { events, heard: raised } = hearEvents();

/** What has become an event. */
function failures(): unknown[] {
  return raised.map(({ name, facts }) => ({ name, ...facts }));
}

beforeEach(() => {
  raised.length = 0;
  vi.spyOn(Logger.prototype, 'error').mockReturnValue();
  vi.spyOn(Logger.prototype, 'warn').mockReturnValue();
});

describe('the tables of the queue', () => {
  it('are of the version that the installed pg-boss asks for', async () => {
    const [, asked] =
      /INSERT INTO pgboss\.version\(version\) VALUES \('(\d+)'\)/.exec(getConstructionPlans('pgboss')) ?? [];
    expect(await asOwner('SELECT version FROM pgboss.version')).toEqual([{ version: Number(asked) }]);
  });

  it('A7.5 keep a server from starting when they are of another version', async () => {
    await asOwner('UPDATE pgboss.version SET version = version - 1');
    try {
      await expect(startInstance(() => undefined)).rejects.toThrow(StartRefused);
    } finally {
      await asOwner('UPDATE pgboss.version SET version = version + 1');
    }
  });

  it.each([
    ['made', 'CREATE TABLE pgboss.loot (x int)'],
    ['dropped', 'DROP TABLE pgboss.job'],
    ['emptied', 'TRUNCATE pgboss.job'],
    ['given columns', 'ALTER TABLE pgboss.job_common ADD COLUMN x int'],
  ])('A7.5 are not %s by the server', async (_what, statement) => {
    const { database } = await startInstance(() => undefined);
    await expect(database.runQueueStatement(statement)).rejects.toMatchObject({ code: '42501' });
  });
});

describe('a job', () => {
  it('is done soon after it was queued, by whichever instance, once', async () => {
    const kind = newKind();
    const done: string[] = [];
    const patient = new JobTiming();
    const [sender] = await Promise.all(
      [1, 2].map((instance) =>
        startInstance(
          (queue) => queue.handle(kind, ({ words }) => Promise.resolve(void done.push(`${words} ${instance}`))),
          patient,
        ),
      ),
    );
    const before = Date.now();
    await sender?.queue.enqueue(kind, { ...ada(), words: 'one' });
    await vi.waitUntil(() => done.length === 1, QUICK);
    // Polling would take two seconds.
    expect(Date.now() - before).toBeLessThan(1000);

    const many = Array.from({ length: 30 }, (_, index) => `job ${index}`);
    await Promise.all(many.map(async (words) => sender?.queue.enqueue(kind, { ...ada(), words })));
    await vi.waitUntil(async () => (await statesOf(kind)).every((state) => state === 'completed'), QUICK);
    expect(done.map((entry) => entry.replace(/ \d$/, '')).toSorted()).toEqual(['one', ...many].toSorted());
  });

  it('B10.1 lies encrypted in the table: no address, before and after, and whatever the failure said', async () => {
    const kind = newKind();
    const data = ada();
    const { queue } = await startInstance((jobs) =>
      jobs.handle(kind, ({ to }) => Promise.reject(new Error(`550 ${to} is unknown`))),
    );
    await queue.enqueue(kind, data);
    const [queued] = await everythingOf(kind);
    expect(queued?.text).toContain('v2.');
    await vi.waitUntil(async () => (await statesOf(kind)).join() === 'failed', QUICK);
    for (const { text } of [queued, ...(await everythingOf(kind))].flatMap((row) => row ?? [])) {
      expect(text).not.toContain(data.to);
      expect(text).not.toContain(data.words);
    }
  });

  it('A7.4 is there if and only if the change is, whose transaction it was queued in', async () => {
    const kind = newKind();
    const done: string[] = [];
    const { database, queue } = await startInstance((jobs) =>
      jobs.handle(kind, ({ words }) => Promise.resolve(void done.push(words))),
    );
    const given = database.inTransaction(async (tx) => {
      await queue.enqueue(kind, { ...ada(), words: 'given' }, tx);
      throw new Error('rolled back');
    });
    await expect(given).rejects.toThrow('rolled back');
    const open = database.inTransaction(async () => {
      await queue.enqueue(kind, { ...ada(), words: 'open' });
      throw new Error('rolled back');
    });
    await expect(open).rejects.toThrow('rolled back');
    await database.inTransaction(async (tx) => {
      await queue.enqueue(kind, { ...ada(), words: 'committed' }, tx);
      // Nobody sees it yet.
      expect(await jobsOf(kind)).toEqual([]);
    });
    await vi.waitUntil(async () => (await statesOf(kind)).join() === 'completed', QUICK);
    expect(done).toEqual(['committed']);
  });

  it('is tried again when it fails, and in the end logged as failed', async () => {
    const kind = newKind();
    let tries = 0;
    const { queue } = await startInstance((jobs) =>
      jobs.handle(kind, () => {
        tries += 1;
        return Promise.reject(new Error('down'));
      }),
    );
    await queue.enqueue(kind, ada());
    await vi.waitUntil(async () => (await statesOf(kind)).join() === 'failed', QUICK);
    expect(tries).toBe(3);
    expect(failures()).toEqual([expect.objectContaining({ name: 'sys_job_fail', job: kind.name })]);
  });

  it('takes longer from try to try, up to minutes', async () => {
    const kind = newKind();
    const { queue } = await startInstance(
      (jobs) => jobs.handle(kind, () => Promise.reject(new Error('down'))),
      new JobTiming(),
    );
    await queue.enqueue(kind, ada());
    await vi.waitUntil(async () => (await statesOf(kind)).join() === 'retry', QUICK);
    const [row] = await asOwner(
      `SELECT retry_limit, retry_backoff, retry_delay, retry_delay_max, deletion_seconds,
              start_after > now() + interval '1 second' AS waits FROM pgboss.job WHERE name = $1`,
      [kind.name],
    );
    expect(row).toEqual({
      retry_limit: 7,
      retry_backoff: true,
      retry_delay: 5,
      retry_delay_max: 300,
      deletion_seconds: 300,
      waits: true,
    });
  });

  it.each<[string, (row: Row, other: Row) => unknown]>([
    ['in the clear', () => ({ to: 'eve@evil.example', words: 'x' })],
    ['changed', ({ data }) => ({ sealed: `${data.sealed.slice(0, -2)}AA` })],
    ['that belongs to another job', (_row, other) => other.data],
    ['that is not there', () => null],
  ])('B10.2 with a payload %s never reaches its handler', async (_what, tamper) => {
    const kind = newKind();
    const done: string[] = [];
    // Queued where nobody works on it yet.
    const sender = await startInstance(
      (jobs) => jobs.handle(kind, () => Promise.reject(new Error('not mine'))),
      new JobTiming(),
    );
    await sender.queue.beforeApplicationShutdown();
    await sender.queue.enqueue(kind, ada());
    await sender.queue.enqueue(kind, ada());
    const [row, other] = (await jobsOf(kind)) as [Row, Row];
    await asOwner('UPDATE pgboss.job SET data = $2 WHERE id = $1', [row.id, JSON.stringify(tamper(row, other))]);

    await startInstance((jobs) => jobs.handle(kind, ({ to }) => Promise.resolve(void done.push(to))));
    await vi.waitUntil(async () => (await statesOf(kind)).toSorted().join() === 'completed,failed', QUICK);
    expect(done).toHaveLength(1);
    expect((await jobsOf(kind)).find(({ id }) => id === row.id)).toMatchObject({ state: 'failed', retry_count: 0 });
    expect(failures()).toEqual([expect.objectContaining({ name: 'crypt_decrypt_fail', jobId: row.id })]);
  });

  it('of another form than its kind is not queued, and not handed to a handler of a newer form', async () => {
    const kind = newKind();
    const newer = defineJob(kind.name, letter.extend({ copy: z.email() }));
    const reached = vi.fn<() => Promise<void>>(() => Promise.resolve());
    const { queue } = await startInstance((jobs) => jobs.handle(newer, reached));
    await expect(queue.enqueue(kind, { to: 'nobody', words: 'x' })).rejects.toThrow(z.ZodError);
    await queue.enqueue(kind, ada());
    await vi.waitUntil(async () => (await statesOf(kind)).join() === 'failed', QUICK);
    expect(reached).not.toHaveBeenCalled();
    expect(failures()).toEqual([expect.objectContaining({ name: 'input_validation_fail', fields: ['copy'] })]);
  });

  it('that nobody handles is refused, and none is handled by two', async () => {
    const kind = newKind();
    const { queue } = await startInstance(() => undefined);
    await expect(queue.enqueue(kind, ada())).rejects.toThrow('does not exist');
    expect(() => queue.handle(kind, () => Promise.resolve())).toThrow('before the application starts');
    const twice = startInstance((jobs) => {
      jobs.handle(kind, () => Promise.resolve());
      jobs.handle(kind, () => Promise.resolve());
    });
    await expect(twice).rejects.toThrow('has a handler already');
  });

  it('under way may end before the server does', async () => {
    const kind = newKind();
    let finish = () => {};
    const started = Promise.withResolvers<void>();
    const { queue } = await startInstance((jobs) =>
      jobs.handle(kind, () => {
        started.resolve();
        return new Promise<void>((resolve) => {
          finish = resolve;
        });
      }),
    );
    await queue.enqueue(kind, ada());
    await started.promise;
    const stopped = queue.beforeApplicationShutdown();
    const waiting = setTimeout(100, 'waits');
    expect(await Promise.race([stopped, waiting])).toBe('waits');
    finish();
    await stopped;
    expect(await statesOf(kind)).toEqual(['completed']);
  });

  it('A7.2 waits while the database is away, and is done when it is back', async () => {
    const kind = newKind();
    const done: string[] = [];
    const proxy = await TcpProxy.before((await workerDatabase()).serverUrl);
    const { queue } = await startInstance(
      (jobs) => jobs.handle(kind, ({ words }) => Promise.resolve(void done.push(words))),
      new Impatient(),
      { DATABASE_URL: proxy.url },
    );
    proxy.cut();
    await expect(queue.enqueue(kind, { ...ada(), words: 'lost' })).rejects.toThrow(Error);
    // Its workers have noticed.
    await vi.waitUntil(() => vi.mocked(Logger.prototype.warn).mock.calls.length > 2, QUICK);
    proxy.restore();
    await queue.enqueue(kind, { ...ada(), words: 'found' });
    await vi.waitUntil(() => done.length > 0, QUICK);
    expect(done).toEqual(['found']);
    await running.splice(0)[0]?.stop();
    proxy.close();
  });

  it('that is done is deleted within minutes', async () => {
    const kind = newKind();
    const { queue } = await startInstance((jobs) => jobs.handle(kind, () => Promise.resolve()));
    await queue.enqueue(kind, ada());
    await vi.waitUntil(async () => (await statesOf(kind)).join() === 'completed', QUICK);
    // Six minutes later.
    await asOwner(`UPDATE pgboss.job SET completed_on = completed_on - interval '6 minutes' WHERE name = $1`, [
      kind.name,
    ]);
    await maintain();
    expect(await statesOf(kind)).toEqual([]);
  });
});

describe('housekeeping that repeats', () => {
  it('is scheduled once and done by one instance of all', async () => {
    const name = `test-${newId()}`;
    const runs: number[] = [];
    const start = (instance: number) =>
      startInstance((jobs) => jobs.repeat(name, '* * * * *', () => Promise.resolve(void runs.push(instance))));
    await (await start(0)).stop();
    running.splice(0);
    runs.splice(0);
    // Nobody has looked what is due: the next to start does.
    await asOwner('UPDATE pgboss.version SET cron_on = NULL');
    await asOwner('DELETE FROM pgboss.job WHERE name = $1', [name]);
    await Promise.all([1, 2].map(start));
    await vi.waitUntil(() => runs.length > 0, QUICK);
    expect(await asOwner('SELECT cron, timezone FROM pgboss.schedule WHERE name = $1', [name])).toEqual([
      { cron: '* * * * *', timezone: 'UTC' },
    ]);
    expect(await jobsOf({ name })).toHaveLength(1);
    expect(runs).toHaveLength(1);
  });
});

it('the line for notifications is one connection, however many listen on it', async () => {
  const notifications = new DatabaseNotifications((await testConfig()).get(DatabaseConfig));
  const connections = async () => {
    const [row] = await asOwner<{ count: number }>(
      `SELECT count(*)::int FROM pg_stat_activity
       WHERE application_name = 'rampart-notifications' AND datname = current_database()`,
    );
    return row?.count ?? 0;
  };
  const before = await connections();
  const heard: string[] = [];
  const gaps: string[] = [];
  const to = (channel: string) => ({
    onMessage: (text: string) => void heard.push(`${channel} ${text}`),
    onGap: () => void gaps.push(channel),
  });
  try {
    await Promise.all(['one', 'two'].map((channel) => notifications.listen(channel, to(channel))));
    await notifications.listen('three', to('three'));
    expect(notifications.isListening).toBe(true);
    expect(await connections()).toBe(before + 1);
    for (const channel of ['one', 'two', 'three']) await asOwner(`SELECT pg_notify($1, 'hello')`, [channel]);
    await vi.waitUntil(() => heard.length === 3, QUICK);
    expect(heard).toEqual(['one hello', 'two hello', 'three hello']);
    // The first has begun once: the line did not break for the others.
    expect(gaps.filter((channel) => channel === 'one')).toHaveLength(1);
    expect(vi.mocked(Logger.prototype.warn)).not.toHaveBeenCalled();
  } finally {
    await notifications.onApplicationShutdown();
  }
});

it('a statement of the queue that fails leaves no broken transaction to others', async () => {
  const database = await openDatabase({ DATABASE_POOL_SIZE: '1' });
  try {
    await expect(database.runQueueStatement('BEGIN; SELECT 1/0; COMMIT')).rejects.toThrow('division by zero');
    await expect(database.ping()).resolves.toBeUndefined();
  } finally {
    await database.onApplicationShutdown();
  }
});

it('asks for nothing that the role of the server may not do', async () => {
  const kind = newKind();
  const name = `test-${newId()}`;
  const { queue } = await startInstance((jobs) => {
    jobs.handle(kind, () => Promise.resolve());
    jobs.repeat(name, '0 0 * * *', () => Promise.resolve());
  });
  await queue.enqueue(kind, ada());
  await vi.waitUntil(async () => (await statesOf(kind)).join() === 'completed', QUICK);
  await maintain();
  expect(vi.mocked(Logger.prototype.warn).mock.calls).toEqual([]);
});
