import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Can, CurrentActor, type Actor } from '../../platform/access/index.js';
import { Atomic } from '../../platform/idempotency/index.js';
import { Tagged } from '../../platform/preconditions/index.js';
import { Narrowable, pageOf, Returns } from '../../platform/serialization/index.js';
import { IdPipe, PageQuery } from '../../platform/validation/index.js';
import { CreateRecordBody } from './records.bodies.js';
import { RecordsService } from './records.service.js';
import { RecordView } from './records.views.js';

@ApiTags('records')
@Controller()
export class RecordsController {
  constructor(private readonly records: RecordsService) {}

  @Get('patients/:patientId/records')
  @Can('records:read')
  @Narrowable()
  @Returns(200, pageOf(RecordView))
  list(@CurrentActor() actor: Actor, @Param('patientId', IdPipe) patientId: string, @Query() query: PageQuery) {
    return this.records.list(actor, patientId, query);
  }

  @Post('patients/:patientId/records')
  @Can('records:create')
  @Atomic()
  @Tagged()
  @Returns(201, RecordView)
  create(@CurrentActor() actor: Actor, @Param('patientId', IdPipe) patientId: string, @Body() body: CreateRecordBody) {
    return this.records.create(actor, patientId, body);
  }

  @Get('records/:id')
  @Can('records:read')
  @Narrowable()
  @Tagged()
  @Returns(200, RecordView)
  show(@CurrentActor() actor: Actor, @Param('id', IdPipe) id: string) {
    return this.records.show(actor, id);
  }
}
