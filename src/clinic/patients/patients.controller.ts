import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Can, CurrentActor, type Actor } from '../../platform/access/index.js';
import { Atomic } from '../../platform/idempotency/index.js';
import { NeedsIfMatch, SeenVersion, Tagged, type Precondition } from '../../platform/preconditions/index.js';
import { Deprecated } from '../../platform/lifecycle/index.js';
import { Narrowable, pageOf, Returns, Revealable } from '../../platform/serialization/index.js';
import { IdPipe, PageQuery } from '../../platform/validation/index.js';
import { CreatePatientBody, LookUpPatientBody, UpdatePatientBody } from './patients.bodies.js';
import { PatientsService } from './patients.service.js';
import { PatientView } from './patients.views.js';

@ApiTags('patients')
@Controller('patients')
@Deprecated({
  since: '2026-11-26',
  sunset: '2028-11-30',
  successorVersion: '2',
  change: 'givenName and familyName have become one object: name.given and name.family.',
})
export class PatientsController {
  constructor(private readonly patients: PatientsService) {}

  @Get()
  @Can('patients:read')
  @Narrowable()
  @Returns(200, pageOf(PatientView))
  list(@CurrentActor() actor: Actor, @Query() query: PageQuery) {
    return this.patients.list(actor, query);
  }

  @Get(':id')
  @Can('patients:read')
  @Narrowable()
  @Revealable()
  @Tagged()
  @Returns(200, PatientView)
  show(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string) {
    return this.patients.show(actor, id);
  }

  @Post()
  @Can('patients:create')
  @Atomic()
  @Tagged()
  @Returns(201, PatientView)
  create(@CurrentActor() actor: Actor, @Body() body: CreatePatientBody) {
    return this.patients.create(actor, body);
  }

  /** Who has this national id, however it is grouped. In a body, because addresses end up in logs. */
  @Post('lookup')
  @Can('patients:identify')
  @Returns(200, pageOf(PatientView))
  lookUp(@CurrentActor() actor: Actor, @Body() { nationalId }: LookUpPatientBody) {
    return this.patients.lookUp(actor, nationalId);
  }

  @Patch(':id')
  @Can('patients:update')
  @NeedsIfMatch()
  @Tagged()
  @Returns(200, PatientView)
  update(
    @CurrentActor() actor: Actor,
    @Param('id', IdPipe) id: string,
    @SeenVersion() seen: Precondition,
    @Body() body: UpdatePatientBody,
  ) {
    return this.patients.update(actor, id, seen, body);
  }

  @Delete(':id')
  @Can('patients:delete')
  @NeedsIfMatch()
  @Returns(204)
  delete(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @SeenVersion() seen: Precondition) {
    return this.patients.delete(actor, id, seen);
  }
}
