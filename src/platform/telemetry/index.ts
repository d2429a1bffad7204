export { JsonLogger } from './json-logger.js';
export { currentRequest, runInRequestContext } from './request-context.js';
export { TelemetryConfig } from './telemetry.config.js';
