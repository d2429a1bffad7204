import { Injectable } from '@nestjs/common';
import { Clock } from '../time/index.js';
import { policies } from './data-policy.js';
import { RetentionConfig } from './retention.config.js';
import { RetentionRepository } from './retention.repository.js';

const DAY_MS = 86_400_000;

/** What a run has deleted, or would delete, of one model. */
export interface Retired {
  readonly model: string;
  /** What is older than this is over. */
  readonly before: Date;
  readonly rows: number;
}

/** Deletes what is over, as data-policy.ts and the periods of the settings say. @control B7.5 A11.2 */
@Injectable()
export class Retention {
  constructor(
    private readonly overdue: RetentionRepository,
    private readonly config: RetentionConfig,
    private readonly clock: Clock,
  ) {}

  /** `isDry` only counts. */
  async enforce(isDry = false): Promise<readonly Retired[]> {
    const now = this.clock.now().getTime();
    const retired: Retired[] = [];
    for (const [model, { retention }] of policies) {
      if (typeof retention === 'string') continue;
      const days = retention.period === undefined ? 0 : this.config.values[retention.period];
      const overdue = { model, expiry: retention, before: new Date(now - days * DAY_MS) };
      const rows = isDry ? await this.overdue.count(overdue) : await this.overdue.delete(overdue);
      retired.push({ model, before: overdue.before, rows });
    }
    return retired;
  }
}
