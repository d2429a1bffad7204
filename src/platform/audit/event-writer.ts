import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate } from 'node:timers/promises';
import type { AuditStore } from './audit-store.js';
import type { AuditRow } from './security-event.js';

/** Rows of one statement. */
const BATCH_SIZE = 500;
/** Of events that nobody waits for: how long they gather, and how many are kept while the database is away. */
const NOTED_EVERY_MS = 250;
const MAX_NOTED = 10_000;

interface Waiting {
  readonly row: AuditRow;
  readonly settle: (error?: Error) => void;
}

/**
 * Events outside of a transaction. Those that somebody waits for are committed in groups: one statement at a time, and
 * whatever arrives while it is under way goes with the next one, so that a request waits for one write and the database does
 * few (docs/adr/0027-audit-trail.md). Those that nobody waits for gather for a moment.
 */
export class EventWriter {
  private readonly recorded: Waiting[] = [];
  private noted: AuditRow[] = [];
  private isCommitting = false;
  private timer: NodeJS.Timeout | undefined;
  private flushing = Promise.resolve();
  private isClosed = false;
  private lost = 0;
  /** A batch belongs to no request, and to no transaction that whoever began it may be in. */
  private readonly outside = AsyncLocalStorage.snapshot();

  constructor(
    private readonly store: AuditStore,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  /** Noted events that found no place: they are in the log, and not in the trail. */
  get lostCount(): number {
    return this.lost;
  }

  get pendingCount(): number {
    return this.recorded.length + this.noted.length;
  }

  /** Rejects when the row could not be kept. */
  write(row: AuditRow): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error?: Error): void => (error === undefined ? resolve() : reject(error));
      this.recorded.push({ row, settle });
      if (!this.isCommitting) void this.outside(() => this.commitAll());
    });
  }

  writeLater(row: AuditRow): void {
    this.noted.push(row);
    this.bound();
    this.flushSoon();
  }

  /** Writes what was noted. What cannot be written now is tried again. */
  flush(): Promise<void> {
    this.flushing = this.flushing.then(() => this.writeNoted());
    return this.flushing;
  }

  /** Writes what was noted, for the last time: the store is closed next, and nothing is tried again. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.flush();
    clearTimeout(this.timer);
    this.bound(0);
  }

  private async writeNoted(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    while (this.noted.length > 0) {
      const batch = this.noted.splice(0, BATCH_SIZE);
      try {
        await this.outside(() => this.store.add(batch));
      } catch (error) {
        this.onFailure(error);
        this.noted = [...batch, ...this.noted];
        this.bound();
        return this.flushSoon();
      }
    }
  }

  private flushSoon(): void {
    if (this.isClosed) return;
    this.timer ??= this.outside(() => setTimeout(() => void this.flush(), NOTED_EVERY_MS).unref());
  }

  private bound(max = MAX_NOTED): void {
    const surplus = this.noted.length - max;
    if (surplus <= 0) return;
    this.noted.splice(0, surplus);
    this.lost += surplus;
  }

  private async commitAll(): Promise<void> {
    this.isCommitting = true;
    // What else this turn of the event loop has to record goes along.
    await setImmediate();
    while (this.recorded.length > 0) {
      const batch = this.recorded.splice(0, BATCH_SIZE);
      const error = await this.tryToAdd(batch.map(({ row }) => row));
      for (const { settle } of batch) settle(error);
    }
    this.isCommitting = false;
  }

  private async tryToAdd(rows: readonly AuditRow[]): Promise<Error | undefined> {
    try {
      await this.store.add(rows);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error : new Error('the event could not be kept', { cause: error });
    }
  }
}
