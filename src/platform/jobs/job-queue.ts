import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { fromPrisma, type JobResult, type JobWithMetadata, type PgBoss } from 'pg-boss';
import { SecurityEvents } from '../audit/index.js';
import { newId } from '../crypto/index.js';
import { Database, DatabaseNotifications, type Transaction } from '../database/index.js';
import { StartRefused } from '../process/index.js';
import { createBoss, queueDatabase } from './create-boss.js';
import type { JobKind } from './job-kind.js';
import { JobPayloadRefused, JobPayloads } from './job-payloads.js';
import { JobTiming } from './job-timing.js';

/** A try that takes longer counts as failed; so does one whose process has died. */
const TRY_LIMIT_SECONDS = 120;
const KEPT_WHEN_DONE_SECONDS = 300;
/** A job that nobody takes, as of a kind that was given up. */
const KEPT_WHEN_WAITING_SECONDS = 86_400;
const DRAIN_LIMIT_MS = 3000;

/** Two workers, so that one slow batch does not hold up everything; in a batch the jobs run side by side. */
const WORKERS_PER_QUEUE = 2;
const BATCH_SIZE = 5;

type Job = JobWithMetadata<unknown>;

interface Task {
  readonly run: (job: Job) => Promise<void>;
  readonly cron?: string;
}

/**
 * Work that is done later and survives a restart, in PostgreSQL (docs/adr/0017-jobs-with-pg-boss.md). Each job is done at
 * least once, by whichever instance is free: a handler that dies half-way is called again.
 */
@Injectable()
export class JobQueue implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(JobQueue.name);
  private readonly tasks = new Map<string, Task>();
  private readonly boss: PgBoss;
  private readonly ended = new Map<string, { done: number; failed: number }>();
  private isStarted = false;

  constructor(
    private readonly database: Database,
    private readonly payloads: JobPayloads,
    private readonly timing: JobTiming,
    private readonly events: SecurityEvents,
    notifications: DatabaseNotifications,
  ) {
    this.boss = createBoss(queueDatabase(database, notifications), timing, this.logger);
  }

  /** Who does the jobs of this kind. To be called before the application has started: in a constructor or `onModuleInit`. */
  handle<T>(kind: JobKind<T>, handler: (data: T) => Promise<void>): void {
    this.register(kind.name, { run: async ({ id, data }) => handler(await this.payloads.open(kind, id, data)) });
  }

  /**
   * Housekeeping: `handler` runs when `cron` says (five fields, UTC), on one instance of all. A run that fails is not tried
   * again before its next time. To be called before the application has started.
   */
  repeat(name: string, cron: string, handler: () => Promise<void>): void {
    this.register(name, { run: () => handler(), cron });
  }

  /**
   * Queues a job. In a transaction (the one given, or the one that is open) it is queued when the transaction commits, or not
   * at all: the job exists if and only if the change does. Throws a ZodError when the data is not of its kind. @control A7.4
   */
  async enqueue<T>(kind: JobKind<T>, data: T, transaction: Transaction = this.database.client): Promise<void> {
    const id = newId();
    await this.boss.send(kind.name, await this.payloads.seal(kind, id, data), {
      id,
      db: fromPrisma(transaction),
      ...this.limits(),
      retryLimit: this.timing.retryLimit,
      retryBackoff: true,
      retryDelay: this.timing.retryDelaySeconds,
      retryDelayMax: this.timing.retryDelayMaxSeconds,
    });
  }

  /** How many tries of each kind have ended how on this instance. */
  outcomes(): ReadonlyMap<string, Readonly<Record<'done' | 'failed', number>>> {
    return this.ended;
  }

  /** Jobs of each kind that wait to be done, or are being done, on any instance. */
  async backlog(): Promise<readonly { readonly job: string; readonly waiting: number }[]> {
    const queues = await this.boss.getQueues([...this.tasks.keys()]);
    return queues.map(({ name, queuedCount, activeCount }) => ({ job: name, waiting: queuedCount + activeCount }));
  }

  async onApplicationBootstrap(): Promise<void> {
    this.isStarted = true;
    await this.boss.start().catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      throw new StartRefused(
        `The job queue cannot start: ${reason}. Are all migrations applied (npm run db:migrate)?`,
        {
          cause: error,
        },
      );
    });
    for (const [name, task] of this.tasks) await this.startWork(name, task);
  }

  /** Jobs under way may end; what takes longer is tried again by another instance. The pool is still open. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.boss.stop({ close: false, timeout: DRAIN_LIMIT_MS });
  }

  private register(name: string, task: Task): void {
    if (this.isStarted) throw new Error(`${name}: handlers are registered before the application starts`);
    if (this.tasks.has(name)) throw new Error(`${name}: has a handler already`);
    this.tasks.set(name, task);
    this.ended.set(name, { done: 0, failed: 0 });
  }

  private async startWork(name: string, task: Task): Promise<void> {
    // Does nothing where the queue is there: what a job may take travels with the job.
    await this.boss.createQueue(name, { notify: true });
    if (task.cron !== undefined) {
      await this.boss.schedule(name, task.cron, undefined, { ...this.limits(), retryLimit: 0 });
    }
    const { pollSeconds } = this.timing;
    await this.boss.work(
      name,
      {
        batchSize: BATCH_SIZE,
        burstWhenBatchFull: true,
        localConcurrency: WORKERS_PER_QUEUE,
        pollingIntervalSeconds: pollSeconds,
        notifyPollingIntervalSeconds: pollSeconds,
        includeMetadata: true,
        perJobResults: true,
      },
      (jobs) => Promise.all(jobs.map((job) => this.run(task, job))),
    );
  }

  /** Results carry no output: pg-boss would keep it in the clear, and errors quote names and addresses. @control B10.1 */
  private async run(task: Task, job: Job): Promise<JobResult> {
    try {
      await task.run(job);
      this.count(job.name, 'done');
      return { id: job.id, status: 'completed' };
    } catch (error) {
      this.count(job.name, 'failed');
      const facts = { job: job.name, jobId: job.id };
      if (error instanceof JobPayloadRefused) {
        this.events.note({ name: error.event, facts: { ...facts, fields: error.fields } });
        // Another try would read the same: this is its end.
        return { id: job.id, status: 'deadletter' };
      }
      if (job.retryCount < job.retryLimit) this.logger.warn({ msg: 'a job failed for now', ...facts, err: error });
      else this.events.note({ name: 'sys_job_fail', facts: { ...facts, err: error } });
      return { id: job.id, status: 'failed' };
    }
  }

  private count(name: string, outcome: 'done' | 'failed'): void {
    const counts = this.ended.get(name);
    if (counts !== undefined) counts[outcome] += 1;
  }

  private limits() {
    return {
      expireInSeconds: TRY_LIMIT_SECONDS,
      deleteAfterSeconds: KEPT_WHEN_DONE_SECONDS,
      retentionSeconds: KEPT_WHEN_WAITING_SECONDS,
    };
  }
}
