import { keyIdOf, type ColumnCiphers } from '../crypto/index.js';
import { encryptedColumns, encryptedRelations, encryptionOf } from './encrypted-columns.js';
import { Prisma } from './generated/client.js';
import { asFields, isFields, RowCodec } from './row-codec.js';
import { UnsupportedOnEncryptedModel } from './unsupported.js';

/**
 * Encrypts on write and decrypts on read, so that repositories see plain text and the database never does.
 * What is not listed here is refused, not passed through (fails closed). @control B10.1 B10.5
 */
export function columnEncryption(ciphers: ColumnCiphers) {
  return Prisma.defineExtension({
    name: 'column-encryption',
    query: {
      $allModels: {
        async $allOperations({ model, operation, args, query }) {
          refuseRelations(model, args);
          refuseFiltersBehindRelations(model, args);
          const columns = encryptionOf(model);
          if (columns === undefined) return query(args);
          const codec = new RowCodec(ciphers, model, columns);
          codec.refuseFilters(args);
          return codec.open(await query(await codec.prepare(operation, args)));
        },
      },
      async $queryRaw({ args, query }) {
        return refuseCiphertext(await query(args));
      },
      async $queryRawUnsafe({ args, query }) {
        return refuseCiphertext(await query(args));
      },
    },
  });
}

/** SQL of our own goes past the codec: what it finds must not be taken for text. */
function refuseCiphertext(rows: unknown): unknown {
  const hasCiphertext = [rows].flat().some((row) => Object.values(asFields(row)).some(isCiphertext));
  if (!hasCiphertext) return rows;
  throw new UnsupportedOnEncryptedModel('SQL', 'the result has encrypted columns: ask for them through the model');
}

function isCiphertext(value: unknown): boolean {
  return typeof value === 'string' && keyIdOf(value) !== undefined;
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

const allColumns: ReadonlySet<string> = new Set(
  Object.values(encryptedColumns).flatMap((columns) => Object.keys(columns)),
);

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
