import { Buffer } from 'node:buffer';
import { Body, Controller, Get, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Can, CurrentActor, StepUp, type Actor } from '../../platform/access/index.js';
import { Fails } from '../../platform/errors/index.js';
import { Returns } from '../../platform/serialization/index.js';
import { IdPipe } from '../../platform/validation/index.js';
import { RecertifyBody } from './members.bodies.js';
import { RecertificationsService } from './recertifications.service.js';
import { RecertificationsView, RecertificationView } from './recertifications.views.js';

@ApiTags('members')
@Controller('members/recertifications')
export class RecertificationsController {
  constructor(private readonly recertifications: RecertificationsService) {}

  /** The reviews of who holds which role, and when the next one is due. */
  @Get()
  @Can('members:read')
  @Returns(200, RecertificationsView)
  list(@CurrentActor() actor: Actor) {
    return this.recertifications.list(actor);
  }

  /** States that the members and their roles are as they should be. It counts when another owner confirms it within 7 days. */
  @Post()
  @Can('members:recertify')
  @StepUp()
  @Returns(201, RecertificationView)
  @Fails('conflict')
  state(@CurrentActor() actor: Actor, @Body() { membersDigest }: RecertifyBody) {
    return this.recertifications.state(actor, Buffer.from(membersDigest, 'base64url'));
  }

  /** By an owner who has not stated it and has looked at the members too, while nothing has changed since. */
  @Post(':id/confirm')
  @Can('members:recertify')
  @StepUp()
  @Returns(200, RecertificationView)
  @Fails('conflict')
  confirm(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Body() { membersDigest }: RecertifyBody) {
    return this.recertifications.confirm(actor, id, Buffer.from(membersDigest, 'base64url'));
  }
}
