import { Injectable } from '@nestjs/common';
import { ColumnCipher, keyIdOf } from './column-cipher.js';
import type { DataKey } from './data-key.js';
import { DataKeys, DataKeyUnavailable } from './data-keys.js';

/** Ciphers with the keys of one organization: what is another's has no key in them, wherever it lies. @control B10.2 */
@Injectable()
export class ColumnCiphers {
  /** One per key: most reads find values of a single one. */
  private readonly ofKey = new WeakMap<DataKey, ColumnCipher>();

  constructor(private readonly keys: DataKeys) {}

  async forWriting(organizationId: string | null): Promise<ColumnCipher> {
    return this.cipherOf(await this.keys.current(organizationId));
  }

  /** Opens these values, and refuses those whose key is not to be had; at once when the keys are in memory. */
  forReading(stored: readonly string[], organizationId: string | null): ColumnCipher | Promise<ColumnCipher> {
    const ids = new Set<string>();
    for (const value of stored) ids.add(keyIdOf(value) ?? '');
    ids.delete('');
    const [id] = ids;
    const opened = ids.size === 1 && id !== undefined ? this.keys.opened(id, organizationId) : undefined;
    return opened === undefined ? this.openAll(ids, organizationId) : this.cipherOf(opened);
  }

  /** For equality with what may have been written under any of the keys. */
  async forSearching(organizationId: string | null): Promise<ColumnCipher> {
    return new ColumnCipher(await this.keys.listOf(organizationId));
  }

  private async openAll(ids: ReadonlySet<string>, organizationId: string | null): Promise<ColumnCipher> {
    const keys: DataKey[] = [];
    for (const id of ids) {
      try {
        keys.push(await this.keys.find(id, organizationId));
      } catch (error) {
        // Left out, so that the cipher refuses the value and says whose it is.
        if (!(error instanceof DataKeyUnavailable)) throw error;
      }
    }
    return new ColumnCipher(keys);
  }

  private cipherOf(key: DataKey): ColumnCipher {
    const known = this.ofKey.get(key);
    if (known !== undefined) return known;
    const cipher = new ColumnCipher([key]);
    this.ofKey.set(key, cipher);
    return cipher;
  }
}
