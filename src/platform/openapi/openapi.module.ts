import { Module } from '@nestjs/common';
import { PipelineModule } from '../pipeline/index.js';
import { ApiDescription } from './api-description.js';

@Module({ imports: [PipelineModule], providers: [ApiDescription], exports: [ApiDescription] })
export class OpenApiModule {}
