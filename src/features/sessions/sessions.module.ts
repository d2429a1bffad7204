import { Global, Module } from '@nestjs/common';
import { SessionRegistry } from '../../platform/access/index.js';
import { CachedSessionRegistry } from './cached-session-registry.js';
import { SessionsController } from './sessions.controller.js';
import { SessionsRepository } from './sessions.repository.js';
import { SessionsService } from './sessions.service.js';

/** Global because the authentication guard of the pipeline asks it on every request. */
@Global()
@Module({
  controllers: [SessionsController],
  providers: [
    SessionsRepository,
    SessionsService,
    CachedSessionRegistry,
    { provide: SessionRegistry, useExisting: CachedSessionRegistry },
  ],
  exports: [SessionRegistry, SessionsService],
})
export class SessionsModule {}
