export { MonitoringConfig } from './monitoring.config.js';
export { MonitoringModule } from './monitoring.module.js';
