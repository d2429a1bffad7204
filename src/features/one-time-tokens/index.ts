export type { JsonObject, OneTimeKind } from './one-time-kind.js';
export { OneTimeTokenInvalid } from './one-time-tokens.errors.js';
export { OneTimeTokensModule } from './one-time-tokens.module.js';
export { OneTimeTokens } from './one-time-tokens.service.js';
