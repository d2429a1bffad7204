export { HealthModule } from './health.module.js';
export { ManagementListener } from './management-listener.js';
export { Readiness } from './readiness.js';
