export { AuthModule } from './auth.module.js';
export { InvalidCredentials } from './auth.errors.js';
export { accountSubject, Passwords } from './passwords.js';
