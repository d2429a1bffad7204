import type { ColumnCipher, ColumnCiphers } from '../crypto/index.js';
import type { EncryptedColumn } from './encrypted-columns.js';
import { keyOwnerOf } from './tenant-models.js';
import { UnsupportedOnEncryptedModel } from './unsupported.js';

type Fields = Readonly<Record<string, unknown>>;

const READS = new Set(['findUnique', 'findUniqueOrThrow', 'findFirst', 'findFirstOrThrow', 'findMany']);
const REMOVALS = new Set(['delete', 'deleteMany', 'count']);
const CREATIONS = new Set(['create', 'createMany', 'createManyAndReturn']);

/** Rows of one model between Prisma, which sees ciphertext, and its caller, who sees text. */
export class RowCodec {
  private readonly columns: readonly [string, EncryptedColumn][];
  /** Blind indexes: searched by what `Database.blindIndexesOf` gives, never written by hand. */
  private readonly indexes: readonly string[];

  constructor(
    private readonly ciphers: ColumnCiphers,
    private readonly model: string,
    columns: Readonly<Record<string, EncryptedColumn>>,
  ) {
    this.columns = Object.entries(columns);
    this.indexes = this.columns.flatMap(([, { index }]) => (index === undefined ? [] : [index.column]));
  }

  async prepare<T extends object>(operation: string, args: T): Promise<T> {
    if (READS.has(operation) || REMOVALS.has(operation)) return args;
    const { data, where } = asFields(args);
    if (CREATIONS.has(operation)) {
      const cipher = await this.ciphers.forWriting(keyOwnerOf(this.model));
      const encrypt = (row: unknown) => this.encryptRow(cipher, row, asFields(row)['id']);
      return { ...args, data: Array.isArray(data) ? data.map(encrypt) : encrypt(data) };
    }
    if (operation === 'update') return { ...args, data: await this.encryptChanges(data, asFields(where)['id']) };
    throw new UnsupportedOnEncryptedModel(
      this.model,
      `${operation} is refused on a model with encrypted columns; use create, createMany or update`,
    );
  }

  /** Equal plaintexts have different ciphertexts: a filter or an order by them is always a mistake. */
  refuseFilters(args: object): void {
    const { where, orderBy, cursor, distinct } = asFields(args);
    const isDistinct = [distinct].flat().some((name) => typeof name === 'string' && this.isEncrypted(name));
    if (isDistinct || [where, orderBy, cursor].some((clause) => this.mentions(clause))) {
      throw new UnsupportedOnEncryptedModel(this.model, 'filters and orders cannot use encrypted columns');
    }
  }

  /** In place: the rows were made for this caller alone. */
  async open(result: unknown): Promise<unknown> {
    const rows = [result].flat().filter(isFields);
    const stored = rows.flatMap((row) => this.columns.map(([column]) => row[column]).filter(isText));
    if (stored.length === 0) return result;
    const cipher = await this.ciphers.forReading(stored, keyOwnerOf(this.model));
    for (const row of rows) this.decryptRow(cipher, row);
    return result;
  }

  /** A value is bound to the id of its row: under another one it would not open. */
  private async encryptChanges(changes: unknown, rowId: unknown): Promise<Fields> {
    const { id } = asFields(changes);
    if (id !== undefined && id !== rowId) throw new UnsupportedOnEncryptedModel(this.model, 'the id cannot change');
    const isTouched = [...this.columns.map(([column]) => column), ...this.indexes].some((column) =>
      Object.hasOwn(asFields(changes), column),
    );
    if (!isTouched) return asFields(changes);
    return this.encryptRow(await this.ciphers.forWriting(keyOwnerOf(this.model)), changes, rowId);
  }

  private encryptRow(cipher: ColumnCipher, row: unknown, rowId: unknown): Fields {
    const encrypted: Record<string, unknown> = { ...asFields(row) };
    if (this.indexes.some((column) => Object.hasOwn(encrypted, column))) {
      throw new UnsupportedOnEncryptedModel(this.model, 'a blind index is written with its column, not by hand');
    }
    for (const [column, { index, isJson }] of this.columns) {
      const value = encrypted[column];
      if (value === undefined || value === null) continue;
      const text = isJson ? JSON.stringify(value) : value;
      if (!isText(text)) throw new UnsupportedOnEncryptedModel(this.model, `give ${column} as plain text`);
      encrypted[column] = cipher.encrypt(text, this.address(column, rowId));
      if (index === undefined) continue;
      [encrypted[index.column]] = cipher.indexesOf(index.normalise(text), { model: this.model, column });
    }
    return encrypted;
  }

  private decryptRow(cipher: ColumnCipher, row: Record<string, unknown>): void {
    for (const [column, { isJson }] of this.columns) {
      const value = row[column];
      if (value === undefined || value === null) continue;
      // JSON that is no string is no ciphertext: somebody wrote past the codec.
      const text = cipher.decrypt(isText(value) ? value : '', this.address(column, row['id']));
      row[column] = isJson ? JSON.parse(text) : text;
    }
  }

  private address(column: string, rowId: unknown) {
    if (!isText(rowId)) {
      throw new UnsupportedOnEncryptedModel(
        this.model,
        'encrypted columns need the row: give the id on create and update, select it on read',
      );
    }
    return { model: this.model, column, rowId };
  }

  private isEncrypted(name: string): boolean {
    return this.columns.some(([column]) => column === name);
  }

  private mentions(clause: unknown): boolean {
    if (Array.isArray(clause)) return clause.some((part) => this.mentions(part));
    if (!isFields(clause)) return false;
    return Object.entries(clause).some(([key, value]) => this.isEncrypted(key) || this.mentions(value));
  }
}

export function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function asFields(value: unknown): Fields {
  return isFields(value) ? value : {};
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
