import { Global, Module } from '@nestjs/common';
import { ColumnCipher } from './column-cipher.js';
import { PasswordHasher } from './password-hasher.js';
import { SigningKeyReload } from './signing-key-reload.js';
import { SigningKeys } from './signing-keys.js';

@Global()
@Module({
  providers: [ColumnCipher, PasswordHasher, SigningKeys, SigningKeyReload],
  exports: [ColumnCipher, PasswordHasher, SigningKeys],
})
export class CryptoModule {}
