import { randomBytes } from 'node:crypto';
import { DATA_KEY_BYTES } from './data-key.js';
import { DataKeyStore } from './data-key-store.js';
import { DataKeyUnavailable } from './data-keys.js';
import { KeyProvider } from './key-provider.js';
import { newId } from './new-id.js';

/** What an operator does to data keys. Every running instance hears of it from the store. @control B10.4 */
export class DataKeyMaintenance {
  constructor(
    private readonly store: DataKeyStore,
    private readonly provider: KeyProvider,
  ) {}

  /** From now on new values take another key; the one before opens what it has encrypted. Throws without a key to replace. */
  async rotate(organizationId: string | null): Promise<void> {
    const id = newId();
    const { wrappedBy, bytes } = await this.provider.wrap(randomBytes(DATA_KEY_BYTES), {
      dataKeyId: id,
      organizationId,
    });
    const isReplaced = await this.store.replaceCurrent({ id, organizationId, wrappedBy, wrappedKey: bytes });
    if (!isReplaced) throw new DataKeyUnavailable(`of ${organizationId ?? 'no organization'}`);
  }

  /**
   * Wraps every data key with the current key-encryption key and says how many that were. Values are not touched. Throws
   * `KeyEncryptionKeyUnavailable` at the first that does not open; those before it are done.
   */
  async rewrapAll(): Promise<number> {
    const keys = await this.store.listWrappedByOthers(this.provider.currentKeyId);
    for (const stored of keys) {
      const { id, organizationId, wrappedBy, wrappedKey } = stored;
      if (wrappedKey === null) continue;
      const context = { dataKeyId: id, organizationId };
      const bytes = await this.provider.unwrap({ wrappedBy, bytes: wrappedKey }, context);
      const wrapped = await this.provider.wrap(bytes, context);
      bytes.fill(0);
      await this.store.rewrap(stored, wrapped);
    }
    return keys.length;
  }

  /** Shreds: whatever the keys of this organization have encrypted cannot be read again, and it gets no new one. */
  destroyAll(organizationId: string): Promise<number> {
    return this.store.destroyAll(organizationId);
  }
}
