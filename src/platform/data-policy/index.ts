export { DataPolicyModule } from './data-policy.module.js';
export { policies } from './data-policy.js';
export { RetentionConfig } from './retention.config.js';
