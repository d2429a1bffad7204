import { StartRefused } from '../process/index.js';
import { AwsKmsKeys } from './aws-kms-keys.js';
import type { CryptoConfig } from './crypto.config.js';
import type { KeyProviderConfig } from './key-provider.config.js';
import type { KeyProvider } from './key-provider.js';
import { KeyProviders } from './key-providers.js';
import { LocalKeys } from './local-keys.js';
import { Pkcs11Keys } from './pkcs11-keys.js';

/**
 * The provider of KEY_PROVIDER wraps; whatever else is configured goes on unwrapping, so that a move from one to another is
 * a rewrap. Refuses a start without the chosen one, or with an HSM that does not answer. @control A5.3 A7.2
 */
export async function createKeyProvider(
  { values }: CryptoConfig,
  { values: others }: KeyProviderConfig,
): Promise<KeyProvider> {
  const { KEY_ENCRYPTION_KEYS: ring } = values;
  const providers = {
    local: ring.length === 0 ? undefined : new LocalKeys(ring),
    pkcs11: await Pkcs11Keys.open(others),
    'aws-kms': AwsKmsKeys.open(others),
  };
  const chosen = providers[others.KEY_PROVIDER];
  if (chosen === undefined) {
    throw new StartRefused(`KEY_PROVIDER is ${others.KEY_PROVIDER}, but no key of it is configured.`);
  }
  return new KeyProviders(
    chosen,
    Object.values(providers).filter((provider) => provider !== undefined),
  );
}
