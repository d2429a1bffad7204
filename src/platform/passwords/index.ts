export { PasswordPolicy } from './password-policy.js';
export { PasswordsModule } from './passwords.module.js';
