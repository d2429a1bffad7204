import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Can, CurrentActor, type Actor } from '../../platform/access/index.js';
import { Atomic } from '../../platform/idempotency/index.js';
import { NeedsIfMatch, SeenVersion, Tagged, type Precondition } from '../../platform/preconditions/index.js';
import { Narrowable, pageOf, Returns, Revealable } from '../../platform/serialization/index.js';
import { IdPipe, PageQuery } from '../../platform/validation/index.js';
import { CreatePatientV2Body, LookUpPatientBody, UpdatePatientV2Body } from './patients.bodies.js';
import { PatientsService } from './patients.service.js';
import { PatientV2View } from './patients.views.js';
import { fromName, pageWithNames, withName } from './patients-v2.shape.js';

/** What version 1 does, by the same service and under the same rules; a person's name is one object. @control B17.1 B17.5 */
@ApiTags('patients')
@Controller({ path: 'patients', version: '2' })
export class PatientsV2Controller {
  constructor(private readonly patients: PatientsService) {}

  @Get()
  @Can('patients:read')
  @Narrowable()
  @Returns(200, pageOf(PatientV2View))
  list(@CurrentActor() actor: Actor, @Query() query: PageQuery) {
    return this.patients.list(actor, query).then(pageWithNames);
  }

  @Get(':id')
  @Can('patients:read')
  @Narrowable()
  @Revealable()
  @Tagged()
  @Returns(200, PatientV2View)
  show(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string) {
    return this.patients.show(actor, id).then(withName);
  }

  @Post()
  @Can('patients:create')
  @Atomic()
  @Tagged()
  @Returns(201, PatientV2View)
  create(@CurrentActor() actor: Actor, @Body() { name, ...fields }: CreatePatientV2Body) {
    return this.patients.create(actor, { ...fields, ...fromName(name) }).then(withName);
  }

  /** Who has this national id, however it is grouped. In a body, because addresses end up in logs. */
  @Post('lookup')
  @Can('patients:identify')
  @Returns(200, pageOf(PatientV2View))
  lookUp(@CurrentActor() actor: Actor, @Body() { nationalId }: LookUpPatientBody) {
    return this.patients.lookUp(actor, nationalId).then(pageWithNames);
  }

  @Patch(':id')
  @Can('patients:update')
  @NeedsIfMatch()
  @Tagged()
  @Returns(200, PatientV2View)
  update(
    @CurrentActor() actor: Actor,
    @Param('id', IdPipe) id: string,
    @SeenVersion() seen: Precondition,
    @Body() { name, ...changes }: UpdatePatientV2Body,
  ) {
    return this.patients.update(actor, id, seen, { ...changes, ...(name && fromName(name)) }).then(withName);
  }

  @Delete(':id')
  @Can('patients:delete')
  @NeedsIfMatch()
  @Returns(204)
  delete(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string, @SeenVersion() seen: Precondition) {
    return this.patients.delete(actor, id, seen);
  }
}
