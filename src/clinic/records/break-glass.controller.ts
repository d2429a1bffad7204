import { Body, Controller, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Can, CurrentActor, StepUp, type Actor } from '../../platform/access/index.js';
import { Returns } from '../../platform/serialization/index.js';
import { Throttled } from '../../platform/throttling/index.js';
import { IdPipe } from '../../platform/validation/index.js';
import { BreakGlassBody } from './break-glass.bodies.js';
import { BreakGlassService } from './break-glass.service.js';
import { BreakGlassView } from './break-glass.views.js';

@ApiTags('records')
@Controller('patients')
export class BreakGlassController {
  constructor(private readonly glass: BreakGlassService) {}

  /** Opens the records of a patient who is not in your care for 30 minutes. The owners of the organization are told. */
  @Post(':patientId/break-glass')
  @Throttled('expensive')
  @Can('records:break-glass')
  @StepUp()
  @Returns(201, BreakGlassView)
  breakGlass(
    @CurrentActor() actor: Actor,
    @Param('patientId', IdPipe) patientId: string,
    @Body() { reason }: BreakGlassBody,
  ) {
    return this.glass.breakFor(actor, patientId, reason);
  }
}
