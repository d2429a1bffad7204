/** PostgreSQL's ids of types (pg_type.dat). */
const OID = { bool: 16, int4: 23, text: 25, varchar: 1043, date: 1082, timestamptz: 1184, uuid: 2950 } as const;
/** Ids from here on are types of our own: enums, whose values are texts. */
const FIRST_OWN_OID = 16_384;

type Parse = (value: string) => unknown;

const asItIs: Parse = (value) => value;

const parsers: ReadonlyMap<number, Parse> = new Map<number, Parse>([
  [OID.bool, (value) => value === 't'],
  [OID.int4, Number],
  [OID.text, asItIs],
  [OID.varchar, asItIs],
  [OID.date, asItIs],
  [OID.uuid, asItIs],
  [OID.timestamptz, toInstant],
]);

const FULL_LENGTH = '2026-01-31 09:30:00.123+00'.length;

/**
 * The pool's connections are in UTC, so PostgreSQL's text is RFC 3339 but for two characters; it leaves out zeros at the
 * end of the milliseconds, which `Date` puts back.
 */
function toInstant(value: string): string {
  if (value.length !== FULL_LENGTH) return new Date(value).toISOString();
  return `${value.slice(0, 10)}T${value.slice(11, -3)}Z`;
}

/** How values of prepared reads are parsed. A type that nobody has thought of is refused, not guessed. */
export const parsersOfReads = {
  getTypeParser(oid: number): Parse {
    const parse = parsers.get(oid) ?? (oid >= FIRST_OWN_OID ? asItIs : undefined);
    if (parse === undefined)
      throw new Error(`prepared reads do not know the type ${oid}: add it, or read through Prisma`);
    return parse;
  },
};
