export { FactorChanges } from './factor-changes.js';
export { MfaConfig } from './mfa.config.js';
export { CodeRefused } from './mfa.errors.js';
export { MfaModule } from './mfa.module.js';
export {
  CODE_METHODS,
  SecondFactors,
  secondFactorSubject,
  type CodeMethod,
  type SecondFactorMethod,
} from './second-factors.service.js';
