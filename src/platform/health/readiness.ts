import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { Database } from '../database/index.js';

export interface ReadinessReport {
  readonly status: 'ready' | 'not-ready';
  readonly checks: Readonly<Record<string, 'ok' | 'failed'>>;
}

/** Whether this instance should get traffic. Its details are for operators alone. @control PT.2 */
@Injectable()
export class Readiness implements BeforeApplicationShutdown {
  private isShuttingDown = false;

  constructor(private readonly database: Database) {}

  /** Not ready before the socket closes, so that a balancer stops sending in time. */
  beforeApplicationShutdown(): void {
    this.isShuttingDown = true;
  }

  async report(): Promise<ReadinessReport> {
    const checks = {
      database: await this.check(() => this.database.ping()),
      process: this.isShuttingDown ? ('failed' as const) : ('ok' as const),
    };
    const isReady = Object.values(checks).every((result) => result === 'ok');
    return { status: isReady ? 'ready' : 'not-ready', checks };
  }

  private async check(probe: () => Promise<void>): Promise<'ok' | 'failed'> {
    try {
      await probe();
      return 'ok';
    } catch {
      // The reason shows where the database is used; readiness only says that it is away.
      return 'failed';
    }
  }
}
