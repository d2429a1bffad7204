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
} as const satisfies EncryptedColumns;
