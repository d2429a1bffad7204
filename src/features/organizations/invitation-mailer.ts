import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpConfig } from '../../platform/http/index.js';
import { defineJob, JobQueue } from '../../platform/jobs/index.js';
import { Mailer } from '../../platform/mail/index.js';
import { OneTimeTokens } from '../one-time-tokens/index.js';
import { invitationSchema, invitationToken, type Invitation } from './invitation-token.js';
import { MembershipsRepository } from './memberships.repository.js';
import { invitationMail } from './organizations.mails.js';
import { OrganizationsRepository } from './organizations.repository.js';

export const invitationRequested = defineJob('organizations.invite', invitationSchema);

/** The token is made here and not in the request, so that it stands in the clear nowhere but in the mail. */
@Injectable()
export class InvitationMailer implements OnModuleInit {
  constructor(
    private readonly jobs: JobQueue,
    private readonly mailer: Mailer,
    private readonly tokens: OneTimeTokens,
    private readonly memberships: MembershipsRepository,
    private readonly organizations: OrganizationsRepository,
    private readonly http: HttpConfig,
  ) {}

  onModuleInit(): void {
    this.jobs.handle(invitationRequested, (invitation) => this.send(invitation));
  }

  private async send(invitation: Invitation): Promise<void> {
    const { organizationId, email } = invitation;
    const organizationName = await this.organizations.findName(organizationId);
    if (organizationName === undefined || (await this.memberships.hasAddress(organizationId, email))) return;
    const token = await this.tokens.issue(invitationToken, { context: invitation });
    await this.mailer.deliver(invitationMail({ invitation, organizationName, publicUrl: this.http.publicUrl, token }));
  }
}
