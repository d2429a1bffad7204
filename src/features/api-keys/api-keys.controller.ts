import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Can, CurrentActor, StepUp, type Actor } from '../../platform/access/index.js';
import { pageOf, Returns } from '../../platform/serialization/index.js';
import { IdPipe, PageQuery } from '../../platform/validation/index.js';
import { CreateKeyBody, RotateKeyBody } from './api-keys.bodies.js';
import { ApiKeysService } from './api-keys.service.js';
import { ApiKeyView, NewApiKeyView } from './api-keys.views.js';

@ApiTags('api-keys')
@Controller('api-keys')
export class ApiKeysController {
  constructor(private readonly keys: ApiKeysService) {}

  /** The own keys; for owners those of the organization. */
  @Get()
  @Can('api-keys:read')
  @Returns(200, pageOf(ApiKeyView))
  list(@CurrentActor() actor: Actor, @Query() query: PageQuery) {
    return this.keys.list(actor, query);
  }

  @Post()
  @Can('api-keys:create')
  @StepUp()
  @Returns(201, NewApiKeyView)
  create(@CurrentActor() actor: Actor, @Body() body: CreateKeyBody) {
    return this.keys.create(actor, body);
  }

  /** A new key with the same settings. Both work until the overlap is over. */
  @Post(':id/rotate')
  @Can('api-keys:rotate')
  @StepUp()
  @Returns(201, NewApiKeyView)
  rotate(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @Body() { overlapHours }: RotateKeyBody) {
    return this.keys.rotate(actor, id, overlapHours);
  }

  /** Within a second on every instance. */
  @Delete(':id')
  @Can('api-keys:revoke')
  @StepUp()
  @Returns(204)
  revoke(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string) {
    return this.keys.revoke(actor, id);
  }
}
