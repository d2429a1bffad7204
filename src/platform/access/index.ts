export { AccessTokenIssuer } from './access-token.issuer.js';
export type { AccessTokenClaims } from './access-token.js';
export { ApiKeyRefused, CredentialMisplaced, StepUpRequired, Unauthenticated } from './access.errors.js';
export { AccessGuard } from './access.guard.js';
export { AccessModule } from './access.module.js';
export {
  accessRulesOf,
  API_KEY_SCHEME,
  TOKEN_SCHEME,
  Authenticated,
  Can,
  needsStepUp,
  Public,
  StepUp,
  type AccessRule,
} from './access-rule.js';
export { personOf, type Actor, type RateTier } from './actor.js';
export { newApiKey, parseApiKey, type ApiKeyEnvironment } from './api-key.js';
export { ApiKeyRegistry, type LiveApiKey } from './api-key-registry.js';
export { AuthenticationGuard } from './authentication.guard.js';
export {
  hasSecondFactor,
  MULTIPLE_FACTORS,
  ONE_TIME_PASSWORD,
  PASSWORD,
  PROOF_OF_POSSESSION,
} from './authentication-methods.js';
export { evaluateCredentialPlaces } from './credential-places.js';
export { CurrentActor } from './current-actor.js';
export { refuseStaleProof } from './fresh-proof.js';
export { NetworkGuard, NetworkRules } from './network.guard.js';
export { NO_PERMISSIONS, type Permission, type PermissionSet } from './permission.js';
export { RoleTable, type RoleDefinitions } from './role-table.js';
export { SessionRegistry, type LiveSession } from './session-registry.js';
export { TokenConfig } from './token.config.js';
export { VerifiedTokens } from './verified-tokens.js';
