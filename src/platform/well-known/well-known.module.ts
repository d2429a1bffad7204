import { Module } from '@nestjs/common';
import { ErrorPagesController } from './error-pages.controller.js';
import { JwksController } from './jwks.controller.js';

/** What the API publishes about itself for everybody. */
@Module({ controllers: [ErrorPagesController, JwksController] })
export class WellKnownModule {}
