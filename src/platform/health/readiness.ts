import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { SigningKeys } from '../crypto/index.js';
import { Database } from '../database/index.js';
import { ThrottleCounters } from '../throttling/index.js';

export interface ReadinessReport {
  readonly status: 'ready' | 'not-ready';
  readonly checks: Readonly<Record<string, 'ok' | 'failed'>>;
}

/** Whether this instance should get traffic. Its details are for operators alone. @control PT.2 */
@Injectable()
export class Readiness implements BeforeApplicationShutdown {
  private isShuttingDown = false;

  constructor(
    private readonly database: Database,
    private readonly keys: SigningKeys,
    private readonly counters: ThrottleCounters,
  ) {}

  /** Not ready before the socket closes, so that a balancer stops sending in time. */
  beforeApplicationShutdown(): void {
    this.isShuttingDown = true;
  }

  async report(): Promise<ReadinessReport> {
    const needed = {
      database: await this.check(() => this.database.ping()),
      // Throws when none of them can sign: nobody could sign in here.
      keys: await this.check(async () => this.keys.active),
      process: outcomeOf(!this.isShuttingDown),
    };
    const isReady = Object.values(needed).every((result) => result === 'ok');
    const { isShared } = this.counters;
    // Told and not needed: all instances share one Redis, and without it each goes on by itself.
    const checks = { ...needed, ...(isShared !== undefined && { redis: outcomeOf(isShared) }) };
    return { status: isReady ? 'ready' : 'not-ready', checks };
  }

  private async check(probe: () => Promise<unknown>): Promise<'ok' | 'failed'> {
    try {
      await probe();
      return 'ok';
    } catch {
      // The reason shows where the database is used; readiness only says that it is away.
      return 'failed';
    }
  }
}

function outcomeOf(isFine: boolean): 'ok' | 'failed' {
  return isFine ? 'ok' : 'failed';
}
