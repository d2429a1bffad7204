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

@Module({
  imports: [OneTimeTokensModule, UsersModule],
  controllers: [MembersController],
  providers: [
    InvitationMailer,
    InvitationsService,
    MemberNotices,
    MembersRepository,
    MembersService,
    MembershipsRepository,
    OrganizationsRepository,
  ],
  exports: [MembershipsRepository, OrganizationsRepository],
})
export class OrganizationsModule {}
