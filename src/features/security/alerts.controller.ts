import { Controller, Delete, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Can, CurrentActor, StepUp, type Actor } from '../../platform/access/index.js';
import { pageOf, Returns } from '../../platform/serialization/index.js';
import { IdPipe, PageQuery } from '../../platform/validation/index.js';
import { AlertsService } from './alerts.service.js';
import { SecurityAlertView, SecurityMeasureView } from './alerts.views.js';

@ApiTags('security')
@Controller('security')
export class AlertsController {
  constructor(private readonly alerts: AlertsService) {}

  /** What was noticed about this organization, the newest first. */
  @Get('alerts')
  @Can('security:read')
  @Returns(200, pageOf(SecurityAlertView))
  list(@CurrentActor() actor: Actor, @Query() query: PageQuery) {
    return this.alerts.list(actor, query);
  }

  /** Callers of this organization who are slowed down or blocked at the moment. */
  @Get('measures')
  @Can('security:read')
  @Returns(200, pageOf(SecurityMeasureView))
  listMeasures(@CurrentActor() actor: Actor) {
    return this.alerts.listMeasures(actor);
  }

  /** Takes a measure back, at once and everywhere. */
  @Delete('measures/:id')
  @Can('security:manage')
  @StepUp()
  @Returns(204)
  lift(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string) {
    return this.alerts.lift(actor, id);
  }
}
