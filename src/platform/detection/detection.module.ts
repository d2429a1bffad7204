import { Global, Module } from '@nestjs/common';
import { RefusalObserver } from '../errors/index.js';
import { Detector } from './detector.js';
import { EventWatch } from './event-watch.js';
import { RefusalWatch } from './refusal-watch.js';

/** Global because the filter of the pipeline tells it of every refusal. */
@Global()
@Module({
  providers: [Detector, EventWatch, { provide: RefusalObserver, useClass: RefusalWatch }],
  exports: [Detector, RefusalObserver],
})
export class DetectionModule {}
