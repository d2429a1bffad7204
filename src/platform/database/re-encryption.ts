import type pg from 'pg';
import {
  CiphertextRefused,
  type ColumnAddress,
  type ColumnCipher,
  type ColumnCiphers,
  type DataKeys,
} from '../crypto/index.js';
import { encryptedColumns, encryptionOf, type EncryptedColumn } from './encrypted-columns.js';
import { asOrganization } from './organization-scope.js';
import { tenantModels } from './tenant-models.js';

/** Rows of one transaction. */
const BATCH_SIZE = 100;
/**
 * How long after a new key a write may still come with the old one: until the last instance has heard of it or has noticed
 * that it hears nothing (notifications.ts), and its statement has ended.
 */
const SETTLE_MS = 15_000;
/** Between two looks at rows that somebody else holds, and before the first: a search under way has the indexes of before. */
const BREATH_MS = 500;

interface Table {
  readonly model: string;
  readonly isOfOrganization: boolean;
  readonly columns: readonly [string, EncryptedColumn][];
}

type StoredRow = Readonly<Record<string, string | null>> & { readonly id: string };

export interface Progress {
  readonly done: number;
  /** As many as there were at the start. */
  readonly total: number;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const quote = (name: string): string => `"${name}"`;

/**
 * Brings the encrypted columns and blind indexes of one organization (or of none) under its current key while the API serves.
 * Nothing is remembered but the rows themselves, so that whoever is killed half-way is followed by the next start. A batch
 * locks what it rewrites and passes by what somebody else has locked: it never waits for a request, and a request waits for
 * one batch at most. It rests for as long as it works. `updatedAt` stays: what a reader sees does not change. @control B10.4
 */
export class ReEncryption {
  private readonly tables: readonly Table[];
  /** By their ids: each is met in every pass. */
  private readonly refused = new Map<string, ColumnAddress>();

  constructor(
    private readonly pool: pg.Pool,
    private readonly ciphers: ColumnCiphers,
    private readonly keys: DataKeys,
    private readonly organizationId: string | null,
  ) {
    this.tables = Object.keys(encryptedColumns)
      .map((model) => ({
        model,
        isOfOrganization: tenantModels.includes(model),
        columns: Object.entries(encryptionOf(model) ?? {}),
      }))
      .filter(({ isOfOrganization }) => isOfOrganization === (organizationId !== null));
  }

  /** How many rows have a value under another key than the current one. */
  async count(): Promise<number> {
    const { id } = await this.keys.current(this.organizationId);
    let rows = 0;
    for (const table of this.tables) {
      const text = `SELECT count(*)::int AS rows FROM ${quote(table.model)} WHERE ${isOld(table)}`;
      const result = await this.scoped(() => this.pool.query<{ rows: number }>(text, this.parameters(table, id)));
      rows += result.rows[0]?.rows ?? 0;
    }
    return rows;
  }

  /** Ends when no such row is left but those that do not open; gives the addresses of these. */
  async run(onProgress: (progress: Progress) => void): Promise<readonly ColumnAddress[]> {
    const total = await this.count();
    let done = 0;
    const advance = (rows: number) => onProgress({ done: (done += rows), total: Math.max(total, done) });
    await pause(BREATH_MS);
    for (let left = total; left > this.refused.size || (await this.mayStillCome()); left = await this.count()) {
      for (const table of this.tables) await this.pass(table, advance);
      await pause(BREATH_MS);
    }
    return [...this.refused.values()];
  }

  private async pass(table: Table, advance: (rows: number) => void): Promise<void> {
    let after: string | undefined = '00000000-0000-0000-0000-000000000000';
    while (after !== undefined) {
      const begin = performance.now();
      const from: string = after;
      const batch = await this.scoped(() => this.batch(table, from));
      if (batch.done > 0) advance(batch.done);
      after = batch.last;
      await pause(performance.now() - begin);
    }
  }

  /** One transaction. `last` is where the next one begins; undefined at the end of the table. */
  private async batch(table: Table, after: string): Promise<{ done: number; last: string | undefined }> {
    const current = await this.keys.current(this.organizationId);
    const target = await this.ciphers.forWriting(this.organizationId);
    const client = await this.pool.connect();
    let failure: unknown = true;
    try {
      await client.query('BEGIN');
      const { rows } = await client.query<StoredRow>(selectText(table), [
        ...this.parameters(table, current.id),
        after,
        BATCH_SIZE,
      ]);
      const values: Record<string, unknown>[] = [];
      for (const row of rows) values.push(...(await this.reEncrypt(table, row, target)));
      if (values.length > 0) await client.query(...update(table, values));
      await client.query('COMMIT');
      failure = undefined;
      return { done: values.length, last: rows.length < BATCH_SIZE ? undefined : rows.at(-1)?.id };
    } finally {
      // A connection in the middle of a transaction must not come back.
      client.release(failure !== undefined);
    }
  }

  /** The row anew, or nothing when it does not open: it stays as it is, and is told of at the end. */
  private async reEncrypt({ model, columns }: Table, row: StoredRow, target: ColumnCipher) {
    const stored = columns.flatMap(([column]) => row[column] ?? []);
    const source = await this.ciphers.forReading(stored, this.organizationId);
    const changed: Record<string, unknown> = { id: row.id };
    try {
      for (const [column, { index }] of columns) {
        const address = { model, column, rowId: row.id };
        const value = row[column] ?? null;
        const plain = value === null ? null : source.decrypt(value, address);
        changed[column] = plain === null ? null : target.encrypt(plain, address);
        if (index === undefined) continue;
        changed[index.column] = plain === null ? null : target.indexesOf(index.normalise(plain), address)[0];
      }
      return [changed];
    } catch (error) {
      if (!(error instanceof CiphertextRefused)) throw error;
      this.refused.set(row.id, error.address);
      return [];
    }
  }

  private async mayStillCome(): Promise<boolean> {
    const { rows } = await this.pool.query<{ isYoung: boolean }>(
      `SELECT COALESCE(max("retiredAt") > now() - $2 * interval '1 ms', false) AS "isYoung"
       FROM "DataKey" WHERE "organizationId" IS NOT DISTINCT FROM $1`,
      [this.organizationId, SETTLE_MS],
    );
    return rows[0]?.isYoung === true;
  }

  private parameters({ isOfOrganization }: Table, keyId: string): unknown[] {
    return [`v2.${keyId}.%`, ...(isOfOrganization ? [this.organizationId] : [])];
  }

  private scoped<T>(work: () => Promise<T>): Promise<T> {
    return this.organizationId === null ? work() : asOrganization(this.organizationId, work);
  }
}

/** A column of JSON holds the ciphertext as a JSON string. */
const asText = ([column, { isJson }]: [string, EncryptedColumn]) =>
  isJson ? `(${quote(column)} #>> '{}')` : quote(column);

/** `$1` is the pattern of what is under the current key, `$2` the organization, where there is one. */
function isOld({ columns, isOfOrganization }: Table): string {
  const old = columns.map((column) => `${asText(column)} NOT LIKE $1`).join(' OR ');
  return `(${old})${isOfOrganization ? ` AND "organizationId" = $2` : ''}`;
}

function selectText(table: Table): string {
  const used = table.isOfOrganization ? 2 : 1;
  const columns = table.columns.map((column) => `${asText(column)} AS ${quote(column[0])}`).join(', ');
  return `SELECT id, ${columns} FROM ${quote(table.model)} WHERE ${isOld(table)} AND id > $${used + 1}
    ORDER BY id LIMIT $${used + 2} FOR NO KEY UPDATE SKIP LOCKED`;
}

function update({ model, columns }: Table, rows: readonly Record<string, unknown>[]): [string, unknown[]] {
  const targets = columns.flatMap(([column, { index, isJson }]) => [
    { column, type: 'text', value: isJson ? `to_jsonb(v.${quote(column)})` : `v.${quote(column)}` },
    ...(index === undefined ? [] : [{ column: index.column, type: 'bytea', value: `v.${quote(index.column)}` }]),
  ]);
  const assignments = targets.map(({ column, value }) => `${quote(column)} = ${value}`).join(', ');
  const arrays = targets.map(({ type }, index) => `$${index + 2}::${type}[]`).join(', ');
  const names = targets.map(({ column }) => quote(column)).join(', ');
  const text = `UPDATE ${quote(model)} AS t SET ${assignments}
    FROM unnest($1::uuid[], ${arrays}) AS v(id, ${names}) WHERE t.id = v.id`;
  return [text, ['id', ...targets.map(({ column }) => column)].map((column) => rows.map((row) => row[column]))];
}
