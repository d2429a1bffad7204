import { Module } from '@nestjs/common';
import { HealthModule } from '../../platform/health/index.js';
import './audit-log.permissions.js';
import { AuditEventsRepository } from './audit-events.repository.js';
import { AuditLogController } from './audit-log.controller.js';
import { AuditLogService } from './audit-log.service.js';
import { SealAge } from './seal-age.js';
import { Sealer } from './sealer.js';
import { SealsRepository } from './seals.repository.js';
import { Verifier } from './verifier.js';

@Module({
  imports: [HealthModule],
  controllers: [AuditLogController],
  providers: [AuditEventsRepository, AuditLogService, SealAge, Sealer, SealsRepository, Verifier],
})
export class AuditLogModule {}
