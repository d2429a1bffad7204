import { Injectable } from '@nestjs/common';
import { personOf, type Actor } from '../../platform/access/index.js';
import { SecurityEvents } from '../../platform/audit/index.js';
import { Clock } from '../../platform/time/index.js';
import { PersonalDataRepository } from './personal-data.repository.js';

@Injectable()
export class ExportService {
  constructor(
    private readonly data: PersonalDataRepository,
    private readonly events: SecurityEvents,
    private readonly clock: Clock,
  ) {}

  /** What is kept about the caller, in one answer. Recorded before it leaves. @control B7.5 */
  async export(actor: Actor) {
    const userId = personOf(actor);
    const rows = await this.data.collect(userId);
    await this.events.record({ name: 'sensitive_export', target: { type: 'user', ids: [userId] } });
    return { exportedAt: this.clock.now(), organizationId: actor.organizationId, ...rows };
  }
}
