import { Module } from '@nestjs/common';
import { OpenApiModule } from '../openapi/index.js';
import { PipelineModule } from '../pipeline/index.js';
import { HealthController } from './health.controller.js';
import { ManagementListener } from './management-listener.js';
import { Readiness } from './readiness.js';

@Module({
  imports: [OpenApiModule, PipelineModule],
  controllers: [HealthController],
  providers: [ManagementListener, Readiness],
  exports: [ManagementListener, Readiness],
})
export class HealthModule {}
