import { Global, Module } from '@nestjs/common';
import { ColumnCipher } from './column-cipher.js';
import { PasswordHasher } from './password-hasher.js';
import { SigningKeys } from './signing-keys.js';

@Global()
@Module({
  providers: [ColumnCipher, PasswordHasher, SigningKeys],
  exports: [ColumnCipher, PasswordHasher, SigningKeys],
})
export class CryptoModule {}
