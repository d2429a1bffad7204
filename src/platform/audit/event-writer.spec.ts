import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { AuditStore } from './audit-store.js';
import { EventWriter } from './event-writer.js';
import type { AuditRow } from './security-event.js';

const request = new AsyncLocalStorage<string>();

class Store extends AuditStore {
  override readonly isInTransaction = false;
  readonly batches: string[][] = [];
  readonly contexts: unknown[] = [];
  failure: Error | undefined;
  gate: Promise<void> = Promise.resolve();

  override async add(rows: readonly AuditRow[]): Promise<void> {
    this.contexts.push(request.getStore());
    await this.gate;
    if (this.failure !== undefined) throw this.failure;
    this.batches.push(rows.map(({ id }) => id));
  }
  override afterCommit(task: () => void): void {
    task();
  }
  override async close(): Promise<void> {}
}

const row = (id: string) => ({ id }) as AuditRow;

function open() {
  const store = new Store();
  const failed = vi.fn<(error: unknown) => void>();
  return { store, failed, writer: new EventWriter(store, failed) };
}

describe('events that somebody waits for', () => {
  it('B11.3 are kept when the wait ends, those of one moment in one statement', async () => {
    const { store, writer } = open();
    await Promise.all(['a', 'b', 'c'].map((id) => writer.write(row(id))));
    expect(store.batches).toEqual([['a', 'b', 'c']]);
  });

  it('B11.3 that come while a statement is under way go together with the next one', async () => {
    const { store, writer } = open();
    const { promise, resolve } = Promise.withResolvers<void>();
    store.gate = promise;
    const first = writer.write(row('a'));
    await setImmediate();
    await setImmediate();
    const rest = Promise.all(['b', 'c'].map((id) => writer.write(row(id))));
    resolve();
    await Promise.all([first, rest]);
    expect(store.batches).toEqual([['a'], ['b', 'c']]);
  });

  it('B11.3 reject when they cannot be kept, and the next ones are tried all the same', async () => {
    const { store, writer } = open();
    store.failure = new Error('away');
    await expect(writer.write(row('a'))).rejects.toThrow('away');
    store.failure = undefined;
    await writer.write(row('b'));
    expect(store.batches).toEqual([['b']]);
  });

  it('B11.3 are written outside of the request that begins the batch, and of its transaction', async () => {
    const { store, writer } = open();
    await request.run('of somebody', () => writer.write(row('a')));
    expect(store.contexts).toEqual([undefined]);
  });
});

describe('events that nobody waits for', () => {
  it('B11.1 are written a moment later, together', async () => {
    vi.useFakeTimers();
    const { store, writer } = open();
    request.run('of somebody', () => writer.writeLater(row('a')));
    writer.writeLater(row('b'));
    expect(store.batches).toEqual([]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(store.batches).toEqual([['a', 'b']]);
    expect(store.contexts).toEqual([undefined]);
    vi.useRealTimers();
  });

  it('B11.1 are kept in order while the database is away, and written when it is back', async () => {
    const { store, writer, failed } = open();
    store.failure = new Error('away');
    writer.writeLater(row('a'));
    await writer.flush();
    expect(failed).toHaveBeenCalledOnce();
    writer.writeLater(row('b'));
    store.failure = undefined;
    await writer.flush();
    expect(store.batches).toEqual([['a', 'b']]);
  });

  it('B11.1 take a bounded space: the oldest go first, and are counted', async () => {
    const { store, writer } = open();
    store.failure = new Error('away');
    for (let i = 0; i < 10_003; i += 1) writer.writeLater(row(String(i)));
    await writer.flush();
    expect([writer.pendingCount, writer.lostCount]).toEqual([10_000, 3]);
    store.failure = undefined;
    await writer.flush();
    expect(store.batches.flat()).toHaveLength(10_000);
    expect(store.batches[0]?.[0]).toBe('3');
  });

  it('B11.1 are tried a last time when the writer is closed, a write that is under way included', async () => {
    const { store, writer } = open();
    const { promise, reject } = Promise.withResolvers<void>();
    store.gate = promise;
    writer.writeLater(row('a'));
    const underWay = writer.flush();
    await setImmediate();
    const closing = writer.close();
    writer.writeLater(row('b'));
    store.gate = Promise.resolve();
    reject(new Error('away'));
    await Promise.all([underWay, closing]);
    expect(store.batches).toEqual([['a', 'b']]);
    expect([writer.pendingCount, writer.lostCount]).toEqual([0, 0]);
  });

  it('B11.1 are not tried again after that: what found no place is counted', async () => {
    vi.useFakeTimers();
    const { store, writer, failed } = open();
    store.failure = new Error('away');
    writer.writeLater(row('a'));
    await writer.close();
    expect([writer.pendingCount, writer.lostCount]).toEqual([0, 1]);
    writer.writeLater(row('b'));
    await vi.advanceTimersByTimeAsync(5000);
    expect(failed).toHaveBeenCalledOnce();
    vi.useRealTimers();
  });
});
