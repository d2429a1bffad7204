import { Module, type OnModuleInit } from '@nestjs/common';
import { SecurityEvents } from '../audit/index.js';
import { JobQueue } from '../jobs/index.js';
import { RetentionRepository } from './retention.repository.js';
import { Retention } from './retention.js';

const EVERY_HOUR = '23 * * * *';

@Module({ providers: [Retention, RetentionRepository] })
export class DataPolicyModule implements OnModuleInit {
  constructor(
    private readonly retention: Retention,
    private readonly jobs: JobQueue,
    private readonly events: SecurityEvents,
  ) {}

  onModuleInit(): void {
    this.jobs.repeat('data-policy.retention', EVERY_HOUR, () => this.enforce());
  }

  /** Of each model how many rows went; who they were of is what shall be gone. @control B11.1 */
  private async enforce(): Promise<void> {
    for (const { model, rows } of await this.retention.enforce()) {
      if (rows === 0) continue;
      await this.events.record({
        name: 'sensitive_delete',
        reason: 'retention',
        changes: { [model]: { from: rows, to: 0 } },
      });
    }
  }
}
