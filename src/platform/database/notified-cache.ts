import { LRUCache } from 'lru-cache';
import type { DatabaseNotifications } from './notifications.js';

const MAX_VALUES = 10_000;

/**
 * What the database knows, in memory, so that a request costs no query for it, until a notification says that it has changed.
 * While notifications may be missed nothing is taken from memory and nothing is kept (fails closed).
 */
export class NotifiedCache<Value extends object> {
  private readonly values = new LRUCache<string, Value>({ max: MAX_VALUES });
  /** Grows with every change: what was read across a change is not kept. */
  private generation = 0;
  private missCount = 0;

  constructor(private readonly notifications: DatabaseNotifications) {}

  get size(): number {
    return this.values.size;
  }

  /** How often the database was asked. */
  get misses(): number {
    return this.missCount;
  }

  get(key: string): Value | undefined {
    return this.notifications.isListening ? this.values.get(key) : undefined;
  }

  /** Reads past what is remembered, and remembers what it finds. */
  async load<Found extends Value | undefined>(key: string, read: () => Promise<Found>): Promise<Found> {
    const { generation } = this;
    this.missCount += 1;
    const value = await read();
    const isCurrent = this.notifications.isListening && generation === this.generation;
    if (value !== undefined && isCurrent) this.values.set(key, value);
    return value;
  }

  /** For the instance that makes a change itself as well: its next request must not wait for the notification. */
  forget(key: string): void {
    this.generation += 1;
    this.values.delete(key);
  }

  forgetWhere(isMeant: (value: Value) => boolean): void {
    this.generation += 1;
    for (const [key, value] of this.values.entries()) if (isMeant(value)) this.values.delete(key);
  }

  forgetAll(): void {
    this.generation += 1;
    this.values.clear();
  }
}
