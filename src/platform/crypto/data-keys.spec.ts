import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../config/index.js';
import { DataKeyMaintenance } from './data-key-maintenance.js';
import { DataKeyStore, type NewDataKey, type StoredDataKey } from './data-key-store.js';
import { DataKeys } from './data-keys.js';
import type { WrappedKey } from './key-provider.js';
import { LocalKeys } from './local-keys.js';

const provider = new LocalKeys([{ id: 'kek', bytes: new Secret(randomBytes(32)) }]);

/** A store in memory that counts how often it is asked. */
class Store extends DataKeyStore {
  isWatching = true;
  asked = 0;
  rows: StoredDataKey[] = [];
  watcher: Parameters<DataKeyStore['watch']>[0] | undefined;
  /** Happens while the store is reading. */
  meanwhile: (() => void) | undefined;

  async watch(watcher: Parameters<DataKeyStore['watch']>[0]): Promise<void> {
    this.watcher = watcher;
  }
  async find(id: string): Promise<StoredDataKey | undefined> {
    this.asked += 1;
    return this.rows.find((row) => row.id === id);
  }
  async listOf(organizationId: string | null): Promise<StoredDataKey[]> {
    this.asked += 1;
    const rows = this.rows.filter((row) => row.organizationId === organizationId).toReversed();
    this.meanwhile?.();
    return rows;
  }
  async add(key: NewDataKey): Promise<void> {
    this.rows.push({ ...key, isRetired: false });
  }
  async replaceCurrent(key: NewDataKey): Promise<boolean> {
    this.rows = this.rows.map((row) => (row.organizationId === key.organizationId ? { ...row, isRetired: true } : row));
    await this.add(key);
    return true;
  }
  async listWrappedByOthers(keyId: string): Promise<StoredDataKey[]> {
    return this.rows.filter(({ wrappedBy }) => wrappedBy !== keyId);
  }
  async rewrap({ id }: StoredDataKey, { wrappedBy, bytes }: WrappedKey): Promise<void> {
    this.change(id, { wrappedBy, wrappedKey: bytes });
  }
  async destroyAll(organizationId: string): Promise<number> {
    const own = this.rows.filter((row) => row.organizationId === organizationId);
    for (const { id } of own) this.change(id, { wrappedKey: null });
    return own.length;
  }
  async oldestCurrentAt(): Promise<undefined> {}
  async listOnePerWrapping(): Promise<StoredDataKey[]> {
    return this.rows;
  }
  change(id: string, changes: Partial<StoredDataKey>): void {
    this.rows = this.rows.map((row) => (row.id === id ? { ...row, ...changes } : row));
  }
}

let store: Store;
let keys: DataKeys;

beforeEach(async () => {
  store = new Store();
  keys = new DataKeys(store, provider);
  await keys.onModuleInit();
});

/** The id of the new key. */
async function rotate(): Promise<string | undefined> {
  await new DataKeyMaintenance(store, provider).rotate('o');
  return store.rows.at(-1)?.id;
}

describe('data keys in memory', () => {
  it('B10.2 are asked for once, and then for their organization alone', async () => {
    const key = await keys.current('o');
    const { asked } = store;
    expect(await keys.current('o')).toBe(key);
    expect(keys.opened(key.id, 'o')).toBe(key);
    for (const owner of ['p', null]) expect(keys.opened(key.id, owner)).toBeUndefined();
    expect(await keys.find(key.id, 'o')).toBe(key);
    expect(store.asked).toBe(asked);
  });

  it('A7.2 are asked for each time while changes may be missed', async () => {
    const key = await keys.current('o');
    store.isWatching = false;
    expect(keys.opened(key.id, 'o')).toBeUndefined();
    store.change(key.id, { wrappedKey: null });
    await expect(keys.find(key.id, 'o')).rejects.toThrow(/not available/);
    await expect(keys.current('o')).rejects.toThrow(/not available/);
  });

  it.each<[string, (id: string) => void]>([
    ['it changed', (id) => store.watcher?.onChange(id)],
    ['another one changed', () => store.watcher?.onChange('next')],
    ['something may have been missed', () => store.watcher?.onGap()],
  ])('B10.4 are asked for anew when one hears that %s', async (_what, hear) => {
    const { id } = await keys.current('o');
    const next = await rotate();
    hear(id);
    expect((await keys.current('o')).id).toBe(next);
  });

  it('B10.4 are not taken for current when they changed while they were read', async () => {
    const { id } = await keys.current('o');
    store.watcher?.onGap();
    store.meanwhile = () => store.watcher?.onChange(id);
    expect((await keys.current('o')).id).toBe(id);
    store.meanwhile = undefined;
    const next = await rotate();
    expect((await keys.current('o')).id).toBe(next);
  });

  it('B10.4 take no new value once they are retired, and still open old ones', async () => {
    const { id } = await keys.current('o');
    const next = await rotate();
    store.watcher?.onChange(id);
    expect((await keys.current('o')).id).toBe(next);
    expect((await keys.find(id, 'o')).id).toBe(id);
    expect((await keys.listOf('o')).map((key) => key.id)).toEqual([next, id]);
  });

  it('are no more than a thousand', async () => {
    const first = await keys.current('organization');
    for (let index = 0; index < 1000; index += 1) await keys.current(`organization ${index}`);
    expect(keys.opened(first.id, 'organization')).toBeUndefined();
    expect((await keys.find(first.id, 'organization')).id).toBe(first.id);
  });
});
