import { RuntimeConfig, type LoadedConfig } from '../config/index.js';
import {
  ColumnCiphers,
  createKeyProvider,
  CryptoConfig,
  DataKeyMaintenance,
  DataKeys,
  KeyProviderConfig,
} from '../crypto/index.js';
import { DatabaseConfig } from './database.config.js';
import { Database } from './database.js';
import { StoredDataKeys } from './stored-data-keys.js';

/** The database without an application around it: for the seed, scripts and tests. Whoever opens it closes it. */
export async function connectDatabase(config: LoadedConfig, runtime = config.get(RuntimeConfig)) {
  const store = new StoredDataKeys(config.get(DatabaseConfig));
  const provider = await createKeyProvider(config.get(CryptoConfig), config.get(KeyProviderConfig));
  const dataKeys = new DataKeys(store, provider);
  const ciphers = new ColumnCiphers(dataKeys);
  const database = new Database(config.get(DatabaseConfig), ciphers, runtime);
  const close = async (): Promise<void> => {
    await database.onApplicationShutdown();
    await store.onApplicationShutdown();
  };
  return { database, dataKeys, keyMaintenance: new DataKeyMaintenance(store, provider), ciphers, close };
}
