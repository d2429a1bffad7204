import type { CryptoConfig } from './crypto.config.js';
import type { KeyProvider } from './key-provider.js';
import { LocalKeys } from './local-keys.js';

export async function createKeyProvider({ values }: CryptoConfig): Promise<KeyProvider> {
  return new LocalKeys(values.KEY_ENCRYPTION_KEYS);
}
