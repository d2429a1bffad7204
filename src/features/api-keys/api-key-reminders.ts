import { Injectable, type OnModuleInit } from '@nestjs/common';
import { UnitOfWork } from '../../platform/database/index.js';
import { JobQueue } from '../../platform/jobs/index.js';
import { Clock } from '../../platform/time/index.js';
import { Notices } from '../users/index.js';
import { keyEnds } from './api-keys.notices.js';
import { dueReminder } from './api-keys.policy.js';
import { ApiKeysRepository } from './api-keys.repository.js';

const EVERY_MORNING = '17 6 * * *';

/** Tells people by mail that a key of theirs will expire. @control A4.3 */
@Injectable()
export class ApiKeyReminders implements OnModuleInit {
  constructor(
    private readonly keys: ApiKeysRepository,
    private readonly notices: Notices,
    private readonly jobs: JobQueue,
    private readonly work: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.jobs.repeat('api-keys.remind', EVERY_MORNING, () => this.remind());
  }

  /** Each reminder once: the mail is queued in the transaction that notes it. */
  async remind(): Promise<void> {
    const now = this.clock.now();
    for (const key of await this.keys.listEnding(now)) {
      const days = dueReminder(key, now);
      if (days === undefined) continue;
      await this.work.run(async () => {
        const isOurs = await this.keys.noteReminder(key.id, key.remindedAtDays, days);
        if (isOurs) await this.notices.tell(key.createdById, keyEnds(key.keyId, key.expiresAt));
      });
    }
  }
}
