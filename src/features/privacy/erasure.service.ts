import { Injectable, Logger } from '@nestjs/common';
import { personOf, type Actor } from '../../platform/access/index.js';
import { SecurityEvents } from '../../platform/audit/index.js';
import { UnitOfWork } from '../../platform/database/index.js';
import { Clock } from '../../platform/time/index.js';
import { SessionsService } from '../sessions/index.js';
import { Notices, UsersRepository } from '../users/index.js';
import { ErasureRepository } from './erasure.repository.js';
import { PrivacyConfig } from './privacy.config.js';
import { OnlyOwner } from './privacy.errors.js';
import { erased, erasureAsked } from './privacy.notices.js';

const DAY_MS = 86_400_000;

/** Erasing an account: asked for by its person, done after a time in which signing in takes it back. @control B7.5 */
@Injectable()
export class ErasureService {
  private readonly logger = new Logger(ErasureService.name);

  constructor(
    private readonly erasures: ErasureRepository,
    private readonly users: UsersRepository,
    private readonly sessions: SessionsService,
    private readonly notices: Notices,
    private readonly events: SecurityEvents,
    private readonly work: UnitOfWork,
    private readonly clock: Clock,
    private readonly config: PrivacyConfig,
  ) {}

  /** Ends what the person has open. Throws `OnlyOwner`. */
  async request(actor: Actor): Promise<{ erasureDueAt: Date }> {
    const userId = personOf(actor);
    const now = this.clock.now();
    const erasureDueAt = new Date(now.getTime() + this.config.values.ERASURE_GRACE_DAYS * DAY_MS);
    await this.work.run(async () => {
      if (await this.erasures.isOnlyOwner(userId)) throw new OnlyOwner();
      await this.erasures.setDue(userId, erasureDueAt);
      await this.erasures.endApiKeys(userId, now);
      await this.sessions.endAllOf(userId);
      await this.notices.tell(userId, erasureAsked(erasureDueAt));
      await this.events.record({
        name: 'user_updated',
        reason: 'erasure-asked',
        target: { type: 'user', ids: [userId] },
      });
    });
    return { erasureDueAt };
  }

  async eraseDue(): Promise<void> {
    const now = this.clock.now();
    for (const userId of await this.erasures.listDue(now)) await this.work.run(() => this.erase(userId, now));
  }

  private async erase(userId: string, now: Date): Promise<void> {
    const isOnlyOwner = await this.erasures.isOnlyOwner(userId);
    const person = (await this.erasures.lockDue(userId, now)) ? await this.users.findContact(userId) : undefined;
    if (person === undefined) return;
    if (isOnlyOwner) return this.logger.warn({ msg: 'an account is due for erasure and the only owner', userId });
    await this.notices.tellAddress(person.email, erased);
    // The trail keeps ids alone, of whom nobody knows any more who they were.
    await this.events.record({ name: 'user_deleted', reason: 'erasure', target: { type: 'user', ids: [userId] } });
    await this.erasures.erase(userId);
  }
}
