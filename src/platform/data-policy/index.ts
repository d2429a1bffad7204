export { DataPolicyModule } from './data-policy.module.js';
export { policies } from './data-policy.js';
export { RetentionRepository } from './retention.repository.js';
export { Retention } from './retention.js';
export { RetentionConfig } from './retention.config.js';
