export { BoundedPool } from './bounded-pool.js';
export { CiphertextRefused, ColumnCipher } from './column-cipher.js';
export { CryptoConfig } from './crypto.config.js';
export { CryptoModule } from './crypto.module.js';
export { newId } from './new-id.js';
export { hashOpaqueToken, newOpaqueToken } from './opaque-token.js';
export { PasswordHasher } from './password-hasher.js';
export { SigningKeys } from './signing-keys.js';
