export { defineJob } from './job-kind.js';
export { JobQueue } from './job-queue.js';
export { JobTiming } from './job-timing.js';
export { JobsModule } from './jobs.module.js';
