export { CollectorConfig } from './collector.config.js';
export { CollectorModule } from './collector.module.js';
