import { Controller, Delete, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Authenticated, CurrentActor, type Actor } from '../../platform/access/index.js';
import { pageOf, Returns } from '../../platform/serialization/index.js';
import { IdPipe, PageQuery } from '../../platform/validation/index.js';
import { SessionsService } from './sessions.service.js';
import { SessionView } from './sessions.views.js';

@ApiTags('me')
@Controller('me/sessions')
export class SessionsController {
  constructor(private readonly sessions: SessionsService) {}

  @Get()
  @Authenticated('everybody may see where they are signed in')
  @Returns(200, pageOf(SessionView))
  list(@CurrentActor() actor: Actor, @Query() query: PageQuery) {
    return this.sessions.list(actor, query);
  }

  /** Ends all sessions but the one of the request. */
  @Delete()
  @Authenticated('everybody may end their own sessions')
  @Returns(204)
  endOthers(@CurrentActor() actor: Actor) {
    return this.sessions.endOthers(actor);
  }

  @Delete(':id')
  @Authenticated('everybody may end their own sessions')
  @Returns(204)
  endOne(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string) {
    return this.sessions.endOne(actor, id);
  }
}
