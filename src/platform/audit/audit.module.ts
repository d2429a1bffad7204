import { Global, Module } from '@nestjs/common';
import { SecurityEvents } from './security-events.js';

/** Global because whatever refuses or changes something has an event of it. */
@Global()
@Module({ providers: [SecurityEvents], exports: [SecurityEvents] })
export class AuditModule {}
