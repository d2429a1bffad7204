/** The same as the enum `RecordKind` of prisma/schema/records.prisma. */
export const RECORD_KINDS = ['consultation', 'diagnosis', 'prescription', 'observation'] as const;

export type RecordKind = (typeof RECORD_KINDS)[number];
