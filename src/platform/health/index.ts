export { HealthModule } from './health.module.js';
export { ManagementListener } from './management-listener.js';
