import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { DataKeys, SigningKeys } from '../crypto/index.js';
import { Database } from '../database/index.js';
import { ThrottleCounters } from '../throttling/index.js';
import { Clock } from '../time/index.js';

type Outcome = 'ok' | 'failed';
type Probe = () => Promise<boolean>;

export interface ReadinessReport {
  readonly status: 'ready' | 'not-ready';
  readonly checks: Readonly<Record<string, Outcome>>;
}

/** Unwrapping may be a call to a service that is paid for by the call. */
const UNWRAP_AGAIN_AFTER_MS = 60_000;

/** Whether this instance should get traffic. Its details are for operators alone. @control PT.2 */
@Injectable()
export class Readiness implements BeforeApplicationShutdown {
  private readonly told = new Map<string, Probe>();
  private isShuttingDown = false;
  private isMigrated = false;
  private unwrapped: { readonly outcome: Outcome; readonly at: number } | undefined;

  constructor(
    private readonly database: Database,
    private readonly keys: SigningKeys,
    private readonly dataKeys: DataKeys,
    private readonly counters: ThrottleCounters,
    private readonly clock: Clock,
  ) {}

  /** One more check that is told and not needed. */
  tell(name: string, probe: Probe): void {
    this.told.set(name, probe);
  }

  /** Not ready before the socket closes, so that a balancer stops sending in time. */
  beforeApplicationShutdown(): void {
    this.isShuttingDown = true;
  }

  async report(): Promise<ReadinessReport> {
    const needed = {
      database: await this.check(async () => {
        await this.database.ping();
        return true;
      }),
      migrations: await this.check(() => this.hasMigrations()),
      // Throws when none of them can sign: nobody could sign in here.
      keys: await this.check(async () => this.keys.active !== undefined),
      process: outcomeOf(!this.isShuttingDown),
    };
    const isReady = Object.values(needed).every((result) => result === 'ok');
    return { status: isReady ? 'ready' : 'not-ready', checks: { ...needed, ...(await this.shared()) } };
  }

  /**
   * Told and not needed: all instances share one Redis, one holder of key-encryption keys and one audit trail. Without it each
   * goes on by itself, or none does, and taking all of them out of the balancer mends nothing. It is alerted on all the same.
   */
  private async shared(): Promise<Record<string, Outcome>> {
    const { isShared } = this.counters;
    const checks: Record<string, Outcome> = { 'key-encryption-keys': await this.unwrapping() };
    if (isShared !== undefined) checks['redis'] = outcomeOf(isShared);
    for (const [name, probe] of this.told) checks[name] = await this.check(probe);
    return checks;
  }

  /** What was applied stays so: it is not asked again. */
  private async hasMigrations(): Promise<boolean> {
    this.isMigrated ||= await this.database.isMigrated();
    return this.isMigrated;
  }

  private async unwrapping(): Promise<Outcome> {
    const at = this.clock.now().getTime();
    if (this.unwrapped !== undefined && at - this.unwrapped.at < UNWRAP_AGAIN_AFTER_MS) return this.unwrapped.outcome;
    const outcome = await this.check(async () => {
      await this.dataKeys.proveProvider();
      return true;
    });
    this.unwrapped = { outcome, at };
    return outcome;
  }

  private async check(probe: Probe): Promise<Outcome> {
    try {
      return outcomeOf(await probe());
    } catch {
      // The reason shows where it is used; readiness only says that it is away.
      return 'failed';
    }
  }
}

function outcomeOf(isFine: boolean): Outcome {
  return isFine ? 'ok' : 'failed';
}
