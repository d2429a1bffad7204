import { randomBytes } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { StartRefused } from '../process/index.js';
import { DATA_KEY_BYTES, DataKey } from './data-key.js';
import { DataKeyStore, type StoredDataKey } from './data-key-store.js';
import { KeyEncryptionKeyUnavailable, KeyProvider } from './key-provider.js';
import { newId } from './new-id.js';

/** At most this many unwrapped keys are in memory, each for at most this long. */
const MAX_OPENED = 1000;
const OPENED_MS = 15 * 60_000;
/** Stands for the organization of what belongs to none. */
const NO_ORGANIZATION = '';

/** There is no such key here: unknown, destroyed, or of another organization. Fails closed. */
export class DataKeyUnavailable extends Error {
  constructor(readonly keyId: string) {
    super(`the data key "${keyId}" is not available`);
    this.name = 'DataKeyUnavailable';
  }
}

/**
 * One current data key per organization, wrapped at rest, unwrapped in memory for a while. Other instances are heard of at
 * once when they retire or destroy one; while they cannot be heard, every use asks the store. @control B10.1 B10.4
 */
@Injectable()
export class DataKeys implements OnModuleInit {
  private readonly known = new LRUCache<string, DataKey>({ max: MAX_OPENED, ttl: OPENED_MS });
  private readonly currents = new LRUCache<string, DataKey>({ max: MAX_OPENED, ttl: OPENED_MS });
  private readonly beginnings = new Map<string, Promise<DataKey>>();
  private readonly listeners: ((key: DataKey) => void)[] = [];
  /** Counts what was heard of. */
  private changes = 0;

  constructor(
    private readonly store: DataKeyStore,
    private readonly provider: KeyProvider,
  ) {}

  /** Called with each key that is made here; whatever becomes of the change that needed it, the key stays. */
  onMade(listener: (key: DataKey) => void): void {
    this.listeners.push(listener);
  }

  /** How many are in memory. */
  get cached(): number {
    return this.known.size;
  }

  async onModuleInit(): Promise<void> {
    await this.store.watch({ onChange: (id) => this.forget(id), onGap: () => this.forgetAll() });
  }

  /** The key that new values take; the first use makes it. Throws `DataKeyUnavailable` when it was destroyed. */
  async current(organizationId: string | null): Promise<DataKey> {
    const owner = organizationId ?? NO_ORGANIZATION;
    const known = this.store.isWatching ? this.currents.get(owner) : undefined;
    if (known !== undefined) return known;
    const begun = this.beginnings.get(owner);
    if (begun !== undefined) return begun;
    const loading = this.loadCurrent(organizationId).finally(() => this.beginnings.delete(owner));
    this.beginnings.set(owner, loading);
    return loading;
  }

  /** At once, when it is in memory and may be relied on. */
  opened(id: string, organizationId: string | null): DataKey | undefined {
    const key = this.store.isWatching ? this.known.get(id) : undefined;
    return key?.organizationId === organizationId ? key : undefined;
  }

  /** Throws `DataKeyUnavailable`, and `KeyEncryptionKeyUnavailable` when the key cannot be unwrapped. */
  async find(id: string, organizationId: string | null): Promise<DataKey> {
    const opened = this.opened(id, organizationId);
    if (opened !== undefined) return opened;
    const stored = await this.store.find(id);
    if (stored?.organizationId !== organizationId) throw new DataKeyUnavailable(id);
    return this.open(stored);
  }

  /** All that can still be opened, newest first: what an equality search has to try. */
  async listOf(organizationId: string | null): Promise<readonly DataKey[]> {
    const stored = await this.store.listOf(organizationId);
    return Promise.all(stored.filter(({ wrappedKey }) => wrappedKey !== null).map((key) => this.open(key)));
  }

  /** Refuses a start with key-encryption keys that do not open what is stored, and names the one. @control A7.2 A5.3 */
  async refuseUnfitProvider(): Promise<void> {
    for (const stored of await this.store.listOnePerWrapping()) {
      try {
        await this.open(stored);
      } catch (cause) {
        if (!(cause instanceof KeyEncryptionKeyUnavailable)) throw cause;
        throw new StartRefused(
          `The key-encryption key "${cause.keyId}" is missing or is not the one that wrapped the data keys of this database. Put it back; npm run keys:rewrap takes it out of use.`,
          { cause },
        );
      }
    }
  }

  /** Asks the provider for each of its keys, past everything that is remembered. Throws when one does not unwrap. @control A5.3 */
  async proveProvider(): Promise<void> {
    for (const { id, organizationId, wrappedBy, wrappedKey } of await this.store.listOnePerWrapping()) {
      if (wrappedKey !== null)
        await this.provider.unwrap({ wrappedBy, bytes: wrappedKey }, { dataKeyId: id, organizationId });
    }
  }

  /** When the oldest key was made that new values still take; undefined when there is none. */
  oldestCurrentAt(): Promise<Date | undefined> {
    return this.store.oldestCurrentAt();
  }

  private async loadCurrent(organizationId: string | null): Promise<DataKey> {
    const { changes } = this;
    const keys = await this.store.listOf(organizationId);
    const stored = keys.find(({ isRetired, wrappedKey }) => !isRetired && wrappedKey !== null);
    if (stored === undefined) return this.begin(organizationId, keys);
    const key = await this.open(stored);
    // What was read before a change was heard of may be what changed.
    if (changes === this.changes) this.currents.set(organizationId ?? NO_ORGANIZATION, key);
    return key;
  }

  /** Whoever has had a key and has none any more was shredded, and gets none again. */
  private async begin(organizationId: string | null, before: readonly StoredDataKey[]): Promise<DataKey> {
    const [last] = before;
    if (last !== undefined) throw new DataKeyUnavailable(last.id);
    const id = newId();
    const wrapped = await this.provider.wrap(randomBytes(DATA_KEY_BYTES), { dataKeyId: id, organizationId });
    await this.store.add({ id, organizationId, wrappedBy: wrapped.wrappedBy, wrappedKey: wrapped.bytes });
    // Another instance may have been first: its key is the one.
    const key = await this.loadCurrent(organizationId);
    if (key.id === id) for (const tell of this.listeners) tell(key);
    return key;
  }

  private async open({ id, organizationId, wrappedBy, wrappedKey }: StoredDataKey): Promise<DataKey> {
    if (wrappedKey === null) throw new DataKeyUnavailable(id);
    const known = this.known.get(id);
    if (known !== undefined) return known;
    const bytes = await this.provider.unwrap({ wrappedBy, bytes: wrappedKey }, { dataKeyId: id, organizationId });
    const key = new DataKey(id, organizationId, bytes);
    this.known.set(id, key);
    return key;
  }

  private forget(id: string): void {
    this.changes += 1;
    this.known.delete(id);
    // Which organization's it is, the message does not say; there are few messages.
    this.currents.clear();
  }

  private forgetAll(): void {
    this.changes += 1;
    this.known.clear();
    this.currents.clear();
  }
}
