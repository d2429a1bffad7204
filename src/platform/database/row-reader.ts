import type pg from 'pg';
import type { ColumnCiphers } from '../crypto/index.js';
import { encryptionOf } from './encrypted-columns.js';
import { quote } from './prepared-reads.js';
import { RowCodec } from './row-codec.js';

export type JsonRow = Readonly<Record<string, unknown>>;

/** Which rows of a model: names of ours, never a client's. */
export interface RowQuery {
  readonly model: string;
  readonly columns: readonly string[];
  readonly by: string;
  readonly ids: readonly string[];
}

/** Rows as JSON values, encrypted columns opened, for code that walks over all models. The `id` has to be among those columns. */
export async function readRows(
  pool: pg.Pool,
  ciphers: ColumnCiphers,
  { model, columns, by, ids }: RowQuery,
): Promise<readonly JsonRow[]> {
  const selection = `SELECT ${columns.map(quote).join(', ')} FROM ${quote(model)} WHERE ${quote(by)} = ANY ($1::uuid[])`;
  const { rows } = await pool.query<{ row: JsonRow }>(`SELECT to_jsonb(r) AS row FROM (${selection}) r`, [ids]);
  const found = rows.map(({ row }) => row);
  const encryption = encryptionOf(model);
  // In place.
  if (encryption !== undefined) await new RowCodec(ciphers, model, encryption).open(found);
  return found;
}
