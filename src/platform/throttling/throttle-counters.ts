import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { ThrottlerStorage } from '@nestjs/throttler';
import { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { SecurityEvents } from '../audit/index.js';
import { Clock } from '../time/index.js';
import { WINDOW_SECONDS } from './budgets.js';
import { ThrottlingConfig } from './throttling.config.js';
import { CountersUnavailable } from './throttling.errors.js';

/** A Redis that is slower than this is as good as away: every request waits for it. */
const COMMAND_TIMEOUT_MS = 1000;
/** How long it is left alone after a failure, so that not every request finds out anew. */
const PAUSE_MS = 1000;
const LONGEST_RECONNECT_MS = 2000;

/**
 * Counts requests within a window of a minute, in Redis when there is one: `INCR` and expiry in one script, so of parallel
 * requests to all instances exactly as many pass as may. While Redis is away each instance counts its share in memory, and
 * the `auth` class is closed (fails closed). @control B6.2 B6.4 A7.2
 */
@Injectable()
export class ThrottleCounters implements ThrottlerStorage, OnApplicationShutdown {
  private readonly redis: Redis | undefined;
  private readonly shared = new Map<number, RateLimiterRedis>();
  private readonly local = new RateLimiterMemory({ points: Number.MAX_SAFE_INTEGER, duration: WINDOW_SECONDS });
  private isAway = false;
  private retryAt = 0;

  constructor(
    private readonly config: ThrottlingConfig,
    private readonly clock: Clock,
    private readonly events: SecurityEvents,
  ) {
    const url = config.values.REDIS_URL;
    if (url === undefined) return;
    this.redis = new Redis(url.reveal(), {
      // A command that cannot be sent fails now, and is not sent late.
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: COMMAND_TIMEOUT_MS,
      enableAutoPipelining: true,
      retryStrategy: (attempt) => Math.min(attempt * 100, LONGEST_RECONNECT_MS),
    });
    // Reported where it is used; without a listener ioredis writes to stderr.
    this.redis.on('error', () => undefined);
  }

  /** Undefined where there is no Redis to be connected to. */
  get isShared(): boolean | undefined {
    return this.redis === undefined ? undefined : this.redis.status === 'ready' && !this.isAway;
  }

  /** The interface of @nestjs/throttler: one more for this key. All budgets have the same window. */
  async increment(...[key, , limit, , budgetClass]: Parameters<ThrottlerStorage['increment']>) {
    if (this.redis === undefined) return recordOf(await this.local.consume(key), limit);
    if (this.clock.now().getTime() >= this.retryAt) {
      try {
        const result = await this.countShared(key, limit);
        this.noteReturn();
        return recordOf(result, limit);
      } catch (error) {
        this.noteOutage(error);
      }
    }
    if (budgetClass === 'auth') throw new CountersUnavailable();
    const share = Math.ceil(limit / this.config.instances);
    return recordOf(await this.local.consume(key), share);
  }

  async onApplicationShutdown(): Promise<void> {
    this.redis?.disconnect();
  }

  private async countShared(key: string, limit: number): Promise<RateLimiterRes> {
    try {
      return await this.sharedLimiter(limit).consume(key);
    } catch (rejection) {
      if (rejection instanceof RateLimiterRes) return rejection;
      throw rejection;
    }
  }

  private sharedLimiter(limit: number): RateLimiterRedis {
    const known = this.shared.get(limit);
    if (known !== undefined) return known;
    const limiter = new RateLimiterRedis({
      storeClient: this.redis,
      keyPrefix: 'throttle',
      points: limit,
      duration: WINDOW_SECONDS,
      // Who is over the limit is refused from memory until the window ends: a flood does not reach Redis.
      inMemoryBlockOnConsumed: limit + 1,
      rejectIfRedisNotReady: true,
    });
    this.shared.set(limit, limiter);
    return limiter;
  }

  private noteOutage(error: unknown): void {
    this.retryAt = this.clock.now().getTime() + PAUSE_MS;
    if (this.isAway) return;
    this.isAway = true;
    this.events.note({ name: 'sys_throttle_lost', facts: { err: error } });
  }

  private noteReturn(): void {
    if (!this.isAway) return;
    this.isAway = false;
    this.events.note({ name: 'sys_throttle_restored' });
  }
}

/** What is refused from memory does not know how often it was: more than once over the limit. */
function recordOf({ consumedPoints, msBeforeNext }: RateLimiterRes, limit: number) {
  const totalHits = consumedPoints > 0 ? consumedPoints : limit + 2;
  const timeToExpire = Math.max(1, Math.ceil(msBeforeNext / 1000));
  const isBlocked = totalHits > limit;
  return {
    totalHits,
    timeToExpire,
    isBlocked,
    timeToBlockExpire: timeToExpire,
    isFirstBlocked: totalHits === limit + 1,
  };
}
