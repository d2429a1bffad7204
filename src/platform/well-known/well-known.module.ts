import { Module } from '@nestjs/common';
import { PipelineModule } from '../pipeline/index.js';
import { DeprecationsController } from './deprecations.controller.js';
import { ErrorPagesController } from './error-pages.controller.js';
import { JwksController } from './jwks.controller.js';

/** What the API publishes about itself for everybody. */
@Module({ imports: [PipelineModule], controllers: [DeprecationsController, ErrorPagesController, JwksController] })
export class WellKnownModule {}
