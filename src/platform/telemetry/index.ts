export { JsonLogger } from './json-logger.js';
export { writtenLines } from './log-destination.js';
export { Metrics } from './metrics.js';
export { redacted } from './redaction.js';
export { currentRequest, runInRequestContext, type RequestContext } from './request-context.js';
export { RequestObserver, traceOf } from './request-observer.js';
export { TelemetryConfig } from './telemetry.config.js';
export { TelemetryModule } from './telemetry.module.js';
