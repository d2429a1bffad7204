import { Module, type OnModuleInit } from '@nestjs/common';
import { JobQueue } from '../jobs/index.js';
import { RetentionRepository } from './retention.repository.js';
import { Retention } from './retention.js';

const EVERY_HOUR = '23 * * * *';

@Module({ providers: [Retention, RetentionRepository] })
export class DataPolicyModule implements OnModuleInit {
  constructor(
    private readonly retention: Retention,
    private readonly jobs: JobQueue,
  ) {}

  onModuleInit(): void {
    this.jobs.repeat('data-policy.retention', EVERY_HOUR, async () => {
      await this.retention.enforce();
    });
  }
}
