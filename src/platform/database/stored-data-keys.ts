import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type pg from 'pg';
import { DataKeyStore, type NewDataKey, type StoredDataKey, type WrappedKey } from '../crypto/index.js';
import { DatabaseConfig } from './database.config.js';
import { DatabaseNotifications } from './notifications.js';
import { createPool } from './pool.js';

const CHANNEL = 'data_key_changed';
const COLUMNS = `id, "organizationId", "wrappedBy", "wrappedKey", "retiredAt" IS NOT NULL AS "isRetired"`;

type Watcher = Parameters<DataKeyStore['watch']>[0];

/**
 * On connections of its own: a transaction that needs a key must not wait for a connection that only other transactions could
 * give back. And a key that was made stays, whatever becomes of the transaction that first needed it.
 */
@Injectable()
export class StoredDataKeys extends DataKeyStore implements OnApplicationShutdown {
  private readonly pool: pg.Pool;

  constructor(
    config: DatabaseConfig,
    private readonly notifications?: DatabaseNotifications,
  ) {
    super();
    this.pool = createPool(config, 2);
    // The next query takes a new one.
    this.pool.on('error', () => undefined);
  }

  get isWatching(): boolean {
    return this.notifications?.isListening ?? false;
  }

  async watch({ onChange, onGap }: Watcher): Promise<void> {
    await this.notifications?.listen(CHANNEL, { onMessage: onChange, onGap });
  }

  async find(id: string): Promise<StoredDataKey | undefined> {
    const [key] = await this.query(`SELECT ${COLUMNS} FROM "DataKey" WHERE id = $1`, [id]);
    return key;
  }

  listOf(organizationId: string | null): Promise<readonly StoredDataKey[]> {
    const order = `ORDER BY "createdAt" DESC, id DESC`;
    return organizationId === null
      ? this.query(`SELECT ${COLUMNS} FROM "DataKey" WHERE "organizationId" IS NULL ${order}`)
      : this.query(`SELECT ${COLUMNS} FROM "DataKey" WHERE "organizationId" = $1 ${order}`, [organizationId]);
  }

  async add({ id, organizationId, wrappedBy, wrappedKey }: NewDataKey): Promise<void> {
    await this.pool.query(
      `INSERT INTO "DataKey" (id, "organizationId", "wrappedBy", "wrappedKey") VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
      [id, organizationId, wrappedBy, wrappedKey],
    );
  }

  async replaceCurrent({ id, organizationId, wrappedBy, wrappedKey }: NewDataKey): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      `WITH retired AS (
         UPDATE "DataKey" SET "retiredAt" = now()
         WHERE "organizationId" IS NOT DISTINCT FROM $2 AND "retiredAt" IS NULL AND "destroyedAt" IS NULL RETURNING 1
       )
       INSERT INTO "DataKey" (id, "organizationId", "wrappedBy", "wrappedKey") SELECT $1, $2, $3, $4 FROM retired`,
      [id, organizationId, wrappedBy, wrappedKey],
    );
    return rowCount === 1;
  }

  listWrappedByOthers(keyId: string): Promise<readonly StoredDataKey[]> {
    return this.query(
      `SELECT ${COLUMNS} FROM "DataKey" WHERE "wrappedBy" <> $1 AND "wrappedKey" IS NOT NULL ORDER BY id`,
      [keyId],
    );
  }

  async rewrap(before: StoredDataKey, { wrappedBy, bytes }: WrappedKey): Promise<void> {
    await this.pool.query(
      `UPDATE "DataKey" SET "wrappedBy" = $3, "wrappedAt" = now(), "wrappedKey" = $4 WHERE id = $1 AND "wrappedKey" = $2`,
      [before.id, before.wrappedKey, wrappedBy, bytes],
    );
  }

  async destroyAll(organizationId: string): Promise<number> {
    const { rowCount } = await this.pool.query(
      `UPDATE "DataKey" SET "wrappedKey" = NULL, "destroyedAt" = now() WHERE "organizationId" = $1 AND "destroyedAt" IS NULL`,
      [organizationId],
    );
    return rowCount ?? 0;
  }

  async oldestCurrentAt(): Promise<Date | undefined> {
    const { rows } = await this.pool.query<{ at: Date | null }>(
      `SELECT min("createdAt") AS at FROM "DataKey" WHERE "retiredAt" IS NULL AND "destroyedAt" IS NULL`,
    );
    return rows[0]?.at ?? undefined;
  }

  listOnePerWrapping(): Promise<readonly StoredDataKey[]> {
    return this.query(
      `SELECT DISTINCT ON ("wrappedBy") ${COLUMNS} FROM "DataKey" WHERE "wrappedKey" IS NOT NULL ORDER BY "wrappedBy", id`,
    );
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }

  private async query(text: string, values: unknown[] = []): Promise<StoredDataKey[]> {
    return (await this.pool.query<StoredDataKey>(text, values)).rows;
  }
}
