import { Injectable } from '@nestjs/common';
import type { Actor } from '../../platform/access/index.js';
import { changesBetween, SecurityEvents } from '../../platform/audit/index.js';
import { UnitOfWork } from '../../platform/database/index.js';
import { ResourceNotFound } from '../../platform/errors/index.js';
import { GuessLimiter } from '../../platform/guessing/index.js';
import { JobQueue } from '../../platform/jobs/index.js';
import { invitationRequested } from './invitation-mailer.js';
import type { InviteBody } from './members.bodies.js';

/**
 * Invitations by mail. The request only queues: whether the address has an account, is a member, or can be reached at all shows
 * neither in the answer nor in its time. @control B8.3
 */
@Injectable()
export class InvitationsService {
  constructor(
    private readonly jobs: JobQueue,
    private readonly limiter: GuessLimiter,
    private readonly events: SecurityEvents,
    private readonly work: UnitOfWork,
  ) {}

  /** Throws `TooManyAttempts`: nobody's mailbox can be flooded. Counted per organization, so that it tells nothing of others. */
  async request({ organizationId, userId }: Actor, { email, role }: InviteBody): Promise<void> {
    if (userId === undefined) throw new ResourceNotFound();
    const subject = { kind: 'invitation', id: `${organizationId} ${email}`, isShared: true };
    await this.limiter.attempt([subject], () => Promise.resolve(undefined));
    await this.work.run(async () => {
      await this.jobs.enqueue(invitationRequested, { organizationId, email, role, invitedById: userId });
      const changes = changesBetween({}, { email, role }, ['role']);
      await this.events.record({ name: 'authz_change', reason: 'invite', changes });
    });
  }
}
