import type pg from 'pg';
import type { ColumnCiphers } from '../crypto/index.js';
import { encryptedColumnsOf } from './encrypted-columns.js';
import type { Prisma } from './generated/client.js';
import { parsersOfReads } from './read-types.js';
import { keyOwnerOf } from './tenant-models.js';
import { inStatementSpan } from './traced-statements.js';

/** A row as these reads give it: dates and moments are ISO 8601 strings, which is what leaves in the end. */
export type ReadRow<Row> = {
  [Column in keyof Row]: Exclude<Row[Column], undefined> extends Date ? string : Row[Column];
};

/** Some columns of a row; the id is always there, for it opens the encrypted ones. */
type Some<Row> = Partial<Row> & { readonly id: string };

/** Equality conditions, by column: at least one. The names are ours, never a client's. */
type Conditions = Readonly<Record<string, string | undefined>>;

interface PageRequest {
  readonly limit: number;
  /** The id of the last row of the page before. */
  readonly cursor?: string;
}

interface Source {
  readonly pool: pg.Pool;
  readonly ciphers: ColumnCiphers;
  readonly model: Prisma.ModelName;
  readonly columns: readonly string[];
  /** Shared with everything else on the pool: PostgreSQL keeps one list of names per connection. */
  readonly nameOf: (query: { readonly sql: string }) => string;
}

/**
 * Reads of one table by prepared statement, for the routes that are asked most: they take a third of the time that Prisma
 * takes for the same row (docs/adr/0015-prepared-reads.md). Statements are made of names in our code, values are parameters,
 * and encrypted columns are opened as everywhere else. @control A3.4 B10.1
 */
export class PreparedReads<Row extends pg.QueryResultRow & { readonly id: string }> {
  private readonly selection: string;
  private readonly encryptedColumns: readonly string[];
  private readonly narrower = new WeakMap<object, PreparedReads<Some<Row>>>();

  constructor(private readonly source: Source) {
    const { columns, model } = source;
    this.selection = `SELECT ${columns.map(quote).join(', ')} FROM ${quote(model)}`;
    this.encryptedColumns = encryptedColumnsOf(model).filter((name) => columns.includes(name));
  }

  /**
   * The same reads of `columns` alone. Kept for as long as the object is, and by its text PostgreSQL knows each statement once:
   * the caller sees to it that there are few sets of columns, never as many as clients can ask for.
   */
  only(columns: Readonly<Partial<Record<keyof Row, true>>>): PreparedReads<Some<Row>> {
    const known = this.narrower.get(columns);
    if (known !== undefined) return known;
    const wanted = this.source.columns.filter((name) => name === 'id' || Object.hasOwn(columns, name));
    const reads = new PreparedReads<Some<Row>>({ ...this.source, columns: wanted });
    this.narrower.set(columns, reads);
    return reads;
  }

  async first(conditions: Conditions): Promise<ReadRow<Row> | undefined> {
    const where = new Where(conditions);
    const rows = await this.query(`${this.selection} ${where.text}`, where.values);
    await this.open(rows);
    return rows[0];
  }

  /** Up to one row more than `limit`, by id: the surplus says that there is a further page, and stays closed. */
  async page(conditions: Conditions, { limit, cursor }: PageRequest): Promise<ReadRow<Row>[]> {
    const where = new Where(conditions);
    if (cursor !== undefined) where.add('"id" >', cursor);
    const text = `${this.selection} ${where.text} ORDER BY "id" LIMIT $${where.values.length + 1}`;
    const rows = await this.query(text, [...where.values, limit + 1]);
    await this.open(rows.slice(0, limit));
    return rows;
  }

  private async query(text: string, values: unknown[]): Promise<ReadRow<Row>[]> {
    const { pool, nameOf, model } = this.source;
    const statement = { name: nameOf({ sql: text }), text, values, types: parsersOfReads };
    const { rows } = await inStatementSpan('read', model, () => pool.query<ReadRow<Row>>(statement));
    return rows;
  }

  /** In place: the rows were made for this caller alone. */
  private async open(rows: readonly Record<string, unknown>[]): Promise<void> {
    const { ciphers, model } = this.source;
    const stored = rows.flatMap((row) => this.encryptedColumns.map((column) => row[column]).filter(isText));
    if (stored.length === 0) return;
    const cipher = await ciphers.forReading(stored, keyOwnerOf(model));
    for (const row of rows) {
      for (const column of this.encryptedColumns) {
        const value = row[column];
        if (isText(value)) row[column] = cipher.decrypt(value, { model, column, rowId: String(row['id']) });
      }
    }
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

class Where {
  readonly values: string[] = [];
  private readonly parts: string[] = [];

  constructor(conditions: Conditions) {
    for (const [column, value] of Object.entries(conditions)) {
      // A condition that was left out would show the rows of everybody (fails closed).
      if (value === undefined) throw new Error(`the condition on ${column} has no value`);
      this.add(`${quote(column)} =`, value);
    }
    if (this.parts.length === 0) throw new Error('a read without conditions');
  }

  get text(): string {
    return `WHERE ${this.parts.join(' AND ')}`;
  }

  add(comparison: string, value: string): void {
    this.values.push(value);
    this.parts.push(`${comparison} $${this.values.length}`);
  }
}

/** An identifier of our schema. Anything else is a mistake of ours, and must not become SQL. */
export function quote(name: string): string {
  if (!/^[A-Za-z_]\w*$/.test(name)) throw new Error('not the name of a table or a column');
  return `"${name}"`;
}
