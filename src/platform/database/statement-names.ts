/** PostgreSQL keeps every named statement per connection: past this many, statements stay unnamed. */
const MAX_STATEMENTS = 500;

/**
 * Names for prepared statements, so that PostgreSQL parses and plans each SQL text once per connection.
 * Prisma's SQL holds placeholders and never values: the number of texts is bounded by the code, the cap is the second line.
 */
export function statementNames(): (query: { readonly sql: string }) => string {
  const names = new Map<string, string>();
  return ({ sql }) => {
    const known = names.get(sql);
    if (known !== undefined) return known;
    // An empty name is PostgreSQL's unnamed statement.
    if (names.size >= MAX_STATEMENTS) return '';
    const name = `rampart_${names.size}`;
    names.set(sql, name);
    return name;
  };
}
