import type { ColumnCipher } from '../crypto/index.js';
import { encryptedColumns, encryptedRelations } from './encrypted-columns.js';
import { Prisma } from './generated/client.js';

/** An operation that would read or write ciphertext as if it were text. The message names the alternative. */
export class UnsupportedOnEncryptedModel extends Error {
  constructor(model: string, what: string) {
    super(`${model}: ${what}`);
    this.name = 'UnsupportedOnEncryptedModel';
  }
}

type Fields = Readonly<Record<string, unknown>>;

const columnsOf: ReadonlyMap<string, readonly string[]> = new Map(Object.entries(encryptedColumns));

const READS = new Set(['findUnique', 'findUniqueOrThrow', 'findFirst', 'findFirstOrThrow', 'findMany']);
const REMOVALS = new Set(['delete', 'deleteMany', 'count']);

/**
 * Encrypts on write and decrypts on read, so that repositories see plain text and the database never does.
 * What is not listed here is refused, not passed through (fails closed). @control B10.1 B10.5
 */
export function columnEncryption(cipher: ColumnCipher) {
  return Prisma.defineExtension({
    name: 'column-encryption',
    query: {
      $allModels: {
        async $allOperations({ model, operation, args, query }) {
          refuseRelations(model, args);
          refuseFiltersBehindRelations(model, args);
          const columns = columnsOf.get(model);
          if (columns === undefined) return query(args);
          const codec = new RowCodec(cipher, model, columns);
          codec.refuseFilters(args);
          return codec.decryptResult(await query(codec.prepare(operation, args)));
        },
      },
    },
  });
}

/** A nested write would store plain text and a nested read would return ciphertext: each model is asked by itself. @control B10.5 */
function refuseRelations(model: string, args: unknown): void {
  const { data, select, include } = asFields(args);
  for (const clause of [data, select, include]) {
    const relation = relationIn(clause);
    if (relation !== undefined) {
      throw new UnsupportedOnEncryptedModel(model, `"${relation}" leads to encrypted columns: use a query of its own`);
    }
  }
}

const allColumns: ReadonlySet<string> = new Set(Object.values(encryptedColumns).flat());

/** Filters and orders may follow a relation, but not to ciphertext. @control B10.3 B15.4 */
function refuseFiltersBehindRelations(model: string, args: unknown): void {
  const { where, orderBy } = asFields(args);
  if (mentionsBehindRelation(where, false) || mentionsBehindRelation(orderBy, false)) {
    throw new UnsupportedOnEncryptedModel(model, 'filters and orders cannot use encrypted columns');
  }
}

function mentionsBehindRelation(clause: unknown, isBehind: boolean): boolean {
  if (Array.isArray(clause)) return clause.some((part) => mentionsBehindRelation(part, isBehind));
  if (!isFields(clause)) return false;
  return Object.entries(clause).some(
    ([key, value]) =>
      (isBehind && allColumns.has(key)) ||
      mentionsBehindRelation(value, isBehind || Object.hasOwn(encryptedRelations, key)),
  );
}

function relationIn(clause: unknown): string | undefined {
  if (Array.isArray(clause)) return clause.map(relationIn).find((name) => name !== undefined);
  if (!isFields(clause)) return undefined;
  for (const [key, value] of Object.entries(clause)) {
    const found = Object.hasOwn(encryptedRelations, key) ? key : relationIn(value);
    if (found !== undefined) return found;
  }
  return undefined;
}

class RowCodec {
  constructor(
    private readonly cipher: ColumnCipher,
    private readonly model: string,
    private readonly columns: readonly string[],
  ) {}

  prepare<T extends object>(operation: string, args: T): T {
    if (READS.has(operation) || REMOVALS.has(operation)) return args;
    const { data, where } = asFields(args);
    if (operation === 'create') return { ...args, data: this.encryptNew(data) };
    if (operation === 'createMany' || operation === 'createManyAndReturn') {
      return {
        ...args,
        data: Array.isArray(data) ? data.map((row: unknown) => this.encryptNew(row)) : this.encryptNew(data),
      };
    }
    if (operation === 'update') return { ...args, data: this.encryptChanges(data, asFields(where)['id']) };
    throw new UnsupportedOnEncryptedModel(
      this.model,
      `${operation} is refused on a model with encrypted columns; use create, createMany or update`,
    );
  }

  /** Equal plaintexts have different ciphertexts: a filter or an order by them is always a mistake. */
  refuseFilters(args: object): void {
    const { where, orderBy, cursor, distinct } = asFields(args);
    const isDistinct = [distinct].flat().some((name) => typeof name === 'string' && this.columns.includes(name));
    if (isDistinct || [where, orderBy, cursor].some((clause) => this.mentions(clause))) {
      throw new UnsupportedOnEncryptedModel(this.model, 'filters and orders cannot use encrypted columns');
    }
  }

  decryptResult(result: unknown): unknown {
    if (Array.isArray(result)) return result.map((row: unknown) => this.decryptResult(row));
    return isFields(result) ? this.decryptRow(result) : result;
  }

  private encryptNew(row: unknown): Fields {
    return this.encryptRow(row, asFields(row)['id']);
  }

  /** A value is bound to the id of its row: under another one it would not open. */
  private encryptChanges(changes: unknown, rowId: unknown): Fields {
    const { id } = asFields(changes);
    if (id !== undefined && id !== rowId) throw new UnsupportedOnEncryptedModel(this.model, 'the id cannot change');
    return this.encryptRow(changes, rowId);
  }

  private encryptRow(row: unknown, rowId: unknown): Fields {
    const encrypted: Record<string, unknown> = { ...asFields(row) };
    for (const column of this.columns) {
      const value = encrypted[column];
      if (value === undefined || value === null) continue;
      if (typeof value !== 'string') throw new UnsupportedOnEncryptedModel(this.model, `give ${column} as plain text`);
      encrypted[column] = this.cipher.encrypt(value, this.address(column, rowId));
    }
    return encrypted;
  }

  /** Decrypts in place: the row was made for this caller alone. */
  private decryptRow(row: Record<string, unknown>): unknown {
    for (const column of this.columns) {
      const value = row[column];
      if (typeof value === 'string') row[column] = this.cipher.decrypt(value, this.address(column, row['id']));
    }
    return row;
  }

  private address(column: string, rowId: unknown) {
    if (typeof rowId !== 'string') {
      throw new UnsupportedOnEncryptedModel(
        this.model,
        'encrypted columns need the row: give the id on create and update, select it on read',
      );
    }
    return { model: this.model, column, rowId };
  }

  private mentions(clause: unknown): boolean {
    if (Array.isArray(clause)) return clause.some((part) => this.mentions(part));
    if (!isFields(clause)) return false;
    return Object.entries(clause).some(([key, value]) => this.columns.includes(key) || this.mentions(value));
  }
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asFields(value: unknown): Fields {
  return isFields(value) ? value : {};
}
