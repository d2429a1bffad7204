export { DetectionReport, type BlockedAddress, type LiveAlert } from './detection-report.js';
export { MonitoringConfig } from './monitoring.config.js';
export { MonitoringModule } from './monitoring.module.js';
