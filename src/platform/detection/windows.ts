import { LRUCache } from 'lru-cache';

/** More subjects than this are a flood of made-up ones: the least recent are forgotten. */
const MAX_WINDOWS = 50_000;

interface Window {
  readonly startedAt: number;
  count: number;
  /** What has been seen, where different things are counted; never more than the threshold. */
  readonly seen: Set<string>;
  hasFired: boolean;
}

interface Count {
  readonly threshold: number;
  readonly windowMs: number;
  /** What counts only once. */
  readonly distinct?: string | undefined;
  readonly weight?: number | undefined;
}

/** Counts within windows of time that begin with the first signal. In memory, bounded, of this instance alone. */
export class Windows {
  private readonly windows = new LRUCache<string, Window>({ max: MAX_WINDOWS });

  /** The count when it reaches the threshold, once in a window; undefined otherwise. */
  add(key: string, now: number, { threshold, windowMs, distinct, weight = 1 }: Count): number | undefined {
    const window = this.windowOf(key, now, windowMs);
    if (distinct === undefined) window.count += weight;
    else if (!window.seen.has(distinct)) {
      window.count += weight;
      if (window.seen.size < threshold) window.seen.add(distinct);
    }
    if (window.hasFired || window.count < threshold) return undefined;
    window.hasFired = true;
    return window.count;
  }

  private windowOf(key: string, now: number, windowMs: number): Window {
    const known = this.windows.get(key);
    if (known !== undefined && now - known.startedAt < windowMs) return known;
    const window: Window = { startedAt: now, count: 0, seen: new Set(), hasFired: false };
    this.windows.set(key, window);
    return window;
  }
}
