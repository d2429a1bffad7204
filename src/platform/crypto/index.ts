export { CiphertextRefused, ColumnCipher, type ColumnAddress } from './column-cipher.js';
export { CryptoConfig } from './crypto.config.js';
export { CryptoModule } from './crypto.module.js';
export { newId } from './new-id.js';
export { hashOpaqueToken, newOpaqueToken } from './opaque-token.js';
export { PasswordHasher } from './password-hasher.js';
export type { PublicJwk } from './signing-key-set.js';
export { SigningKeys } from './signing-keys.js';
