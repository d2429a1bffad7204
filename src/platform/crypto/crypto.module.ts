import { Global, Module } from '@nestjs/common';
import { ColumnCiphers } from './column-ciphers.js';
import { createKeyProvider } from './create-key-provider.js';
import { CryptoConfig } from './crypto.config.js';
import { DataKeys } from './data-keys.js';
import { KeyProviderConfig } from './key-provider.config.js';
import { KeyProvider } from './key-provider.js';
import { PasswordHasher } from './password-hasher.js';
import { SigningKeyReload } from './signing-key-reload.js';
import { SigningKeys } from './signing-keys.js';

@Global()
@Module({
  providers: [
    {
      provide: KeyProvider,
      inject: [CryptoConfig, KeyProviderConfig],
      useFactory: createKeyProvider,
    },
    DataKeys,
    ColumnCiphers,
    PasswordHasher,
    SigningKeys,
    SigningKeyReload,
  ],
  exports: [DataKeys, ColumnCiphers, PasswordHasher, SigningKeys],
})
export class CryptoModule {}
