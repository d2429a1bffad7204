import { Module } from '@nestjs/common';
import { PipelineModule } from '../pipeline/index.js';
import { DeprecationsController } from './deprecations.controller.js';
import { ErrorPagesController } from './error-pages.controller.js';
import { JwksController } from './jwks.controller.js';
import { SecurityTxt } from './security-txt.js';

/** What the API publishes about itself for everybody. */
@Module({
  imports: [PipelineModule],
  controllers: [DeprecationsController, ErrorPagesController, JwksController],
  providers: [SecurityTxt],
})
export class WellKnownModule {}
