import { Body, Controller, Delete, Get, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Can, CurrentActor, StepUp, type Actor } from '../../platform/access/index.js';
import { pageOf, Returns } from '../../platform/serialization/index.js';
import { IdPipe } from '../../platform/validation/index.js';
import { IpRuleBody } from './ip-rules.bodies.js';
import { IpRulesService } from './ip-rules.service.js';
import { IpRuleView } from './ip-rules.views.js';

@ApiTags('security')
@Controller('security/ip-rules')
export class IpRulesController {
  constructor(private readonly rules: IpRulesService) {}

  /** All of them on one page: an organization has at most 100. */
  @Get()
  @Can('security:read')
  @Returns(200, pageOf(IpRuleView))
  list(@CurrentActor() actor: Actor) {
    return this.rules.list(actor);
  }

  /** Takes effect at once, everywhere. A rule that excludes the address of the request is a conflict. */
  @Post()
  @Can('security:manage')
  @StepUp()
  @Returns(201, IpRuleView)
  add(@CurrentActor() actor: Actor, @Body() body: IpRuleBody) {
    return this.rules.add(actor, body);
  }

  @Delete(':id')
  @Can('security:manage')
  @StepUp()
  @Returns(204)
  remove(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string) {
    return this.rules.remove(actor, id);
  }
}
