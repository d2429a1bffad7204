export { PrivacyConfig } from './privacy.config.js';
export { PrivacyModule } from './privacy.module.js';
