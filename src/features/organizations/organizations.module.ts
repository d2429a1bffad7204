import { Module } from '@nestjs/common';
import './organizations.permissions.js';
import { OneTimeTokensModule } from '../one-time-tokens/index.js';
import { UsersModule } from '../users/index.js';
import { InvitationMailer } from './invitation-mailer.js';
import { InvitationsService } from './invitations.service.js';
import { MemberNotices } from './member-notices.js';
import { MembersController } from './members.controller.js';
import { MembersRepository } from './members.repository.js';
import { MembersService } from './members.service.js';
import { MembershipsRepository } from './memberships.repository.js';
import { OrganizationsRepository } from './organizations.repository.js';
import { RecertificationsController } from './recertifications.controller.js';
import { RecertificationsRepository } from './recertifications.repository.js';
import { RecertificationsService } from './recertifications.service.js';

@Module({
  imports: [OneTimeTokensModule, UsersModule],
  controllers: [MembersController, RecertificationsController],
  providers: [
    InvitationMailer,
    InvitationsService,
    MemberNotices,
    MembersRepository,
    MembersService,
    MembershipsRepository,
    OrganizationsRepository,
    RecertificationsRepository,
    RecertificationsService,
  ],
  exports: [MembershipsRepository, OrganizationsRepository],
})
export class OrganizationsModule {}
