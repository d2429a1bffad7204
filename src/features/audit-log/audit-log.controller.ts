import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Can, CurrentActor, type Actor } from '../../platform/access/index.js';
import { pageOf, Returns } from '../../platform/serialization/index.js';
import { AuditEventsQuery } from './audit-log.queries.js';
import { AuditLogService } from './audit-log.service.js';
import { AuditEventView, AuditIntegrityView } from './audit-log.views.js';

@ApiTags('audit')
@Controller('audit-events')
export class AuditLogController {
  constructor(private readonly auditLog: AuditLogService) {}

  /** What has happened in the organization, the newest first. */
  @Get()
  @Can('audit:read')
  @Returns(200, pageOf(AuditEventView))
  list(@CurrentActor() actor: Actor, @Query() query: AuditEventsQuery) {
    return this.auditLog.list(actor, query);
  }

  /** Whether the record is whole: every event as it was sealed, none missing. */
  @Get('integrity')
  @Can('audit:read')
  @Returns(200, AuditIntegrityView)
  checkIntegrity(@CurrentActor() actor: Actor) {
    return this.auditLog.checkIntegrity(actor);
  }
}
