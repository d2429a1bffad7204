import { Global, Module } from '@nestjs/common';
import { JobPayloads } from './job-payloads.js';
import { JobQueue } from './job-queue.js';
import { JobTiming } from './job-timing.js';

/** Global because whatever changes something may have work to leave behind. */
@Global()
@Module({ providers: [JobPayloads, JobQueue, JobTiming], exports: [JobQueue] })
export class JobsModule {}
