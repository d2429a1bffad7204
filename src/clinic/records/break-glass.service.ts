import { Injectable } from '@nestjs/common';
import { Notices } from '../../features/users/index.js';
import { personOf, type Actor } from '../../platform/access/index.js';
import { SecurityEvents } from '../../platform/audit/index.js';
import { UnitOfWork } from '../../platform/database/index.js';
import { ResourceNotFound } from '../../platform/errors/index.js';
import { Clock } from '../../platform/time/index.js';
import { glassBroken } from './break-glass.mails.js';
import { BreakGlassRepository } from './break-glass.repository.js';
import type { BreakGlassView } from './break-glass.views.js';
import { BREAK_GLASS_MS } from './records.policy.js';

/**
 * Emergency access: records are open to a clinician who has nobody's word for it but their own, so somebody is told. The
 * grant, the alert and the event are one transaction: access that nobody hears of does not come about. @control A1.4
 */
@Injectable()
export class BreakGlassService {
  constructor(
    private readonly grants: BreakGlassRepository,
    private readonly notices: Notices,
    private readonly events: SecurityEvents,
    private readonly work: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  /** Throws `ResourceNotFound`. `reason` is kept encrypted, and is in no log and no mail: it speaks of a patient. */
  async breakFor(actor: Actor, patientId: string, reason: string): Promise<BreakGlassView> {
    const createdAt = this.clock.now();
    const expiresAt = new Date(createdAt.getTime() + BREAK_GLASS_MS);
    const id = await this.work.run(async () => {
      if (!(await this.grants.hasPatient(actor, patientId))) throw new ResourceNotFound();
      const notice = glassBroken({ patientId, clinicianId: personOf(actor), expiresAt });
      for (const owner of await this.grants.listOwners(actor)) await this.notices.tell(owner, notice);
      await this.events.record({
        name: 'authz_admin',
        reason: 'break-glass',
        target: { type: 'patient', ids: [patientId] },
      });
      return this.grants.add(actor, { patientId, reason, createdAt, expiresAt });
    });
    return { id, patientId, expiresAt };
  }
}
