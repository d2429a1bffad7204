import { Module } from '@nestjs/common';
import './audit-log.permissions.js';
import { AuditEventsRepository } from './audit-events.repository.js';
import { AuditLogController } from './audit-log.controller.js';
import { AuditLogService } from './audit-log.service.js';
import { Sealer } from './sealer.js';
import { SealsRepository } from './seals.repository.js';
import { Verifier } from './verifier.js';

@Module({
  controllers: [AuditLogController],
  providers: [AuditEventsRepository, AuditLogService, Sealer, SealsRepository, Verifier],
})
export class AuditLogModule {}
