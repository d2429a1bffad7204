import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Can, CurrentActor, StepUp, type Actor } from '../../platform/access/index.js';
import { Fails } from '../../platform/errors/index.js';
import { pageOf, Returns } from '../../platform/serialization/index.js';
import { Throttled } from '../../platform/throttling/index.js';
import { IdPipe, PageQuery } from '../../platform/validation/index.js';
import { InvitationsService } from './invitations.service.js';
import { ChangeRoleBody, InviteBody } from './members.bodies.js';
import { MembersService } from './members.service.js';
import { MemberView } from './members.views.js';

@ApiTags('members')
@Controller('members')
export class MembersController {
  constructor(
    private readonly members: MembersService,
    private readonly invitations: InvitationsService,
  ) {}

  @Get()
  @Can('members:read')
  @Returns(200, pageOf(MemberView))
  list(@CurrentActor() actor: Actor, @Query() query: PageQuery) {
    return this.members.list(actor, query);
  }

  /** Sends a mail, unless the address is the one of a member. The answer is the same. */
  @Post('invitations')
  @Throttled('expensive')
  @Can('members:invite')
  @StepUp()
  @Returns(202)
  @Fails('too-many-attempts')
  invite(@CurrentActor() actor: Actor, @Body() body: InviteBody) {
    return this.invitations.request(actor, body);
  }

  /** To owner it takes two owners: the first answer shows `isOwnerProposed`, and the role as it was. */
  @Patch(':userId')
  @Can('members:update')
  @StepUp()
  @Returns(200, MemberView)
  changeRole(@CurrentActor() actor: Actor, @Param('userId', IdPipe) userId: string, @Body() { role }: ChangeRoleBody) {
    return this.members.changeRole(actor, userId, role);
  }

  @Delete(':userId')
  @Can('members:remove')
  @StepUp()
  @Returns(204)
  remove(@CurrentActor() actor: Actor, @Param('userId', IdPipe) userId: string) {
    return this.members.remove(actor, userId);
  }
}
