import { Global, Module } from '@nestjs/common';
import { AccessLog } from './access-log.js';
import { Metrics } from './metrics.js';
import { RequestObserver } from './request-observer.js';

@Global()
@Module({ providers: [AccessLog, Metrics, RequestObserver], exports: [AccessLog, Metrics, RequestObserver] })
export class TelemetryModule {}
