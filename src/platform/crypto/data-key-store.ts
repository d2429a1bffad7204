import type { Buffer } from 'node:buffer';
import type { WrappedKey } from './key-provider.js';

/** A data key as it is stored. */
export interface StoredDataKey {
  readonly id: string;
  /** Null: the key of what belongs to no organization. */
  readonly organizationId: string | null;
  readonly wrappedBy: string;
  /** Null once it is destroyed. */
  readonly wrappedKey: Buffer | null;
  readonly isRetired: boolean;
}

export interface NewDataKey {
  readonly id: string;
  readonly organizationId: string | null;
  readonly wrappedBy: string;
  readonly wrappedKey: Buffer;
}

interface Watcher {
  readonly onChange: (dataKeyId: string) => void;
  /** Changes may have been missed. */
  readonly onGap: () => void;
}

/** Where wrapped data keys are kept: a port, for keys come before the database that they protect. */
export abstract class DataKeyStore {
  /** False while changes may be missed: whoever remembers keys must then ask (fails closed). */
  abstract readonly isWatching: boolean;

  abstract watch(watcher: Watcher): Promise<void>;

  abstract find(id: string): Promise<StoredDataKey | undefined>;

  /** Destroyed ones too, newest first. */
  abstract listOf(organizationId: string | null): Promise<readonly StoredDataKey[]>;

  /** Does nothing when the organization has a current key by now. */
  abstract add(key: NewDataKey): Promise<void>;

  /** Adds this key and retires the one that was current, in one step. False, and nothing done, when there was none. */
  abstract replaceCurrent(key: NewDataKey): Promise<boolean>;

  /** Those that another key-encryption key than this one wraps. */
  abstract listWrappedByOthers(keyId: string): Promise<readonly StoredDataKey[]>;

  /** Only when it is still wrapped as `before` says: a key that was destroyed meanwhile must not come back. */
  abstract rewrap(before: StoredDataKey, after: WrappedKey): Promise<void>;

  /** All keys of an organization, for good; how many there were. */
  abstract destroyAll(organizationId: string): Promise<number>;

  /** When the oldest of those was made that are neither retired nor destroyed. */
  abstract oldestCurrentAt(): Promise<Date | undefined>;

  /** For each key-encryption key one of the data keys that it wraps. */
  abstract listOnePerWrapping(): Promise<readonly StoredDataKey[]>;
}
