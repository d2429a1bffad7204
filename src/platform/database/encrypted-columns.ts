import type { Prisma } from './generated/client.js';

type Payload<Model extends Prisma.ModelName> = Prisma.TypeMap['model'][Model]['payload']['scalars'];

/** Columns that hold bytes, which is what a blind index is. */
type BytesColumn<Model extends Prisma.ModelName> = {
  [Column in keyof Payload<Model>]: NonNullable<Payload<Model>[Column]> extends Uint8Array ? Column : never;
}[keyof Payload<Model>];

interface TextOptions<Model extends Prisma.ModelName> {
  /** The column beside it for equality searches, and what makes two spellings of a value equal. */
  readonly index?: { readonly column: BytesColumn<Model>; readonly normalise: (value: string) => string };
}

interface JsonOptions {
  /** Stored as a JSON string that holds the ciphertext. */
  readonly isJson: true;
}

/** What the cipher takes: strings, and JSON. Other columns do not compile. */
type Options<Model extends Prisma.ModelName, Value> = [Value] extends [string]
  ? TextOptions<Model>
  : [NonNullable<Prisma.JsonValue>] extends [Value]
    ? JsonOptions
    : never;

type EncryptedColumns = {
  readonly [Model in Prisma.ModelName]?: {
    readonly [Column in keyof Payload<Model>]?: Options<Model, NonNullable<Payload<Model>[Column]>>;
  };
};

// example: begin
/** Letters and digits alone, in capitals: how people group them is no part of the number. */
const withoutGrouping = (value: string): string => value.toUpperCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
// example: end

/** What the database must never show in the clear. A name that is not such a column of the model does not compile. @control B10.1 */
export const encryptedColumns = {
  // example: begin
  Patient: {
    nationalId: { index: { column: 'nationalIdIndex', normalise: withoutGrouping } },
    phone: {},
    address: {},
  },
  MedicalRecord: { note: {} },
  BreakGlass: { reason: {} },
  // example: end
  IdempotencyKey: { answer: {} },
  TotpFactor: { secret: {} },
  OneTimeToken: { context: { isJson: true } },
} as const satisfies EncryptedColumns;

type EncryptedModel = keyof typeof encryptedColumns;

/** Model and column of each blind index; any, and found to be wrong when it is used, in a house that has none. */
export type IndexedColumn = [Indexed] extends [never] ? readonly [Prisma.ModelName, string] : Indexed;

type Indexed = {
  [Model in EncryptedModel]: {
    [Column in keyof (typeof encryptedColumns)[Model]]: (typeof encryptedColumns)[Model][Column] extends {
      readonly index: unknown;
    }
      ? readonly [Model, Column & string]
      : never;
  }[keyof (typeof encryptedColumns)[Model]];
}[EncryptedModel];

/** One column, as the code that walks over all of them sees it. */
export interface EncryptedColumn {
  readonly index?: { readonly column: string; readonly normalise: (value: string) => string };
  readonly isJson?: true;
}

const byModel: ReadonlyMap<string, Readonly<Record<string, EncryptedColumn>>> = new Map(
  Object.entries(encryptedColumns),
);

/** Undefined for a model without any. */
export function encryptionOf(model: string): Readonly<Record<string, EncryptedColumn>> | undefined {
  return byModel.get(model);
}

export function encryptedColumnsOf(model: string): readonly string[] {
  return Object.keys(byModel.get(model) ?? {});
}

/** Relation fields of any model that lead to a model with encrypted columns. */
type EncryptedRelation = {
  [Model in Prisma.ModelName]: RelationTo<EncryptedModel, Prisma.TypeMap['model'][Model]['payload']['objects']>;
}[Prisma.ModelName];

type RelationTo<Target extends string, Objects> = {
  [Field in keyof Objects]: NonNullable<Unlisted<Objects[Field]>> extends { name: Target } ? Field & string : never;
}[keyof Objects];

type Unlisted<T> = T extends readonly (infer Item)[] ? Item : T;

/** Every such relation: one that is missing here does not compile. The extension does not follow them; it refuses them. */
export const encryptedRelations = {
  // example: begin
  patient: true,
  patients: true,
  records: true,
  breakGlass: true,
  // example: end
  idempotencyKeys: true,
  totpFactor: true,
  oneTimeTokens: true,
} as const satisfies Record<EncryptedRelation, true>;
