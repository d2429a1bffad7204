import { Module } from '@nestjs/common';
import { ApiDescription } from './api-description.js';

@Module({ providers: [ApiDescription], exports: [ApiDescription] })
export class OpenApiModule {}
