import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Actor } from '../../platform/access/index.js';
import { changesBetween, SecurityEvents } from '../../platform/audit/index.js';
import { UnitOfWork } from '../../platform/database/index.js';
import { ResourceNotFound } from '../../platform/errors/index.js';
import { GuessLimiter } from '../../platform/guessing/index.js';
import { HttpConfig } from '../../platform/http/index.js';
import { defineJob, JobQueue } from '../../platform/jobs/index.js';
import { Mailer } from '../../platform/mail/index.js';
import { OneTimeTokens } from '../one-time-tokens/index.js';
import { invitationSchema, invitationToken, type Invitation } from './invitation-token.js';
import type { InviteBody } from './members.bodies.js';
import { MembershipsRepository } from './memberships.repository.js';
import { invitationMail } from './organizations.mails.js';
import { OrganizationsRepository } from './organizations.repository.js';

const invitationRequested = defineJob('organizations.invite', invitationSchema);

/**
 * Invitations by mail. The request only queues: whether the address has an account, is a member, or can be reached at all shows
 * neither in the answer nor in its time. @control B8.3
 */
@Injectable()
export class InvitationsService implements OnModuleInit {
  constructor(
    private readonly jobs: JobQueue,
    private readonly mailer: Mailer,
    private readonly tokens: OneTimeTokens,
    private readonly memberships: MembershipsRepository,
    private readonly organizations: OrganizationsRepository,
    private readonly limiter: GuessLimiter,
    private readonly http: HttpConfig,
    private readonly events: SecurityEvents,
    private readonly work: UnitOfWork,
  ) {}

  onModuleInit(): void {
    this.jobs.handle(invitationRequested, (invitation) => this.send(invitation));
  }

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

  /** The token is made here and not in the request, so that it stands in the clear nowhere but in the mail. */
  private async send(invitation: Invitation): Promise<void> {
    const { organizationId, email } = invitation;
    const organizationName = await this.organizations.findName(organizationId);
    if (organizationName === undefined || (await this.memberships.hasAddress(organizationId, email))) return;
    const token = await this.tokens.issue(invitationToken, { context: invitation });
    await this.mailer.deliver(invitationMail({ invitation, organizationName, publicUrl: this.http.publicUrl, token }));
  }
}
