export { AuthModule } from './auth.module.js';
export { InvalidCredentials } from './auth.errors.js';
export { Passwords } from './passwords.js';
