import type { Prisma } from './generated/client.js';

/** Columns that hold strings, which is what the cipher takes. */
type TextColumn<Model extends Prisma.ModelName> = {
  [Column in keyof Payload<Model>]: Payload<Model>[Column] extends string ? Column : never;
}[keyof Payload<Model>];

type Payload<Model extends Prisma.ModelName> = Prisma.TypeMap['model'][Model]['payload']['scalars'];

type EncryptedColumns = { readonly [Model in Prisma.ModelName]?: readonly TextColumn<Model>[] };

/** What the database must never show in the clear. A name that is not a text column of the model does not compile. @control B10.1 */
export const encryptedColumns = {
  Patient: ['nationalId', 'phone', 'address'],
  MedicalRecord: ['note'],
  BreakGlass: ['reason'],
  TotpFactor: ['secret'],
  OneTimeToken: ['context'],
} as const satisfies EncryptedColumns;

type EncryptedModel = keyof typeof encryptedColumns;

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
  patient: true,
  patients: true,
  records: true,
  breakGlass: true,
  totpFactor: true,
  oneTimeTokens: true,
} as const satisfies Record<EncryptedRelation, true>;
