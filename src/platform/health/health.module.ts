import { Module } from '@nestjs/common';
import { OpenApiModule } from '../openapi/index.js';
import { PipelineModule } from '../pipeline/index.js';
import { HealthController } from './health.controller.js';
import { ManagementListener } from './management-listener.js';
import { Readiness } from './readiness.js';
import { SystemEvents } from './system-events.js';

@Module({
  imports: [OpenApiModule, PipelineModule],
  controllers: [HealthController],
  providers: [ManagementListener, Readiness, SystemEvents],
  exports: [ManagementListener, Readiness],
})
export class HealthModule {}
