export { ConfigModule } from './config.module.js';
export { DEVELOPMENT_KEY_PREFIX } from './development-secrets.js';
export { defaultOf, innerField, integer, isSecretField, list, secretText } from './fields.js';
export { LoadedConfig, loadConfig } from './load-config.js';
export { RuntimeConfig } from './runtime.config.js';
export { Secret } from './secret.js';
export { settingsInForce } from './settings-in-force.js';
export { configSlice, type ConfigSlice } from './slice.js';
