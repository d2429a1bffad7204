export type JsonObject = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether values of the schema may have this type. */
export function isType({ type }: JsonObject, wanted: string): boolean {
  return type === wanted || (Array.isArray(type) && type.includes(wanted));
}

/** The name of the component that a schema is, or wraps to say more of it. */
export function referenceOf(schema: JsonObject): string | undefined {
  const { $ref, allOf } = schema;
  if (typeof $ref === 'string') return $ref.split('/').at(-1);
  const inner: unknown = Array.isArray(allOf) ? allOf[0] : undefined;
  return isRecord(inner) ? referenceOf(inner) : undefined;
}

/** The names of all components that a schema leads to, its own first. */
export function reachableFrom(schema: unknown, schemas: JsonObject, found = new Set<string>()): ReadonlySet<string> {
  if (Array.isArray(schema)) for (const item of schema) reachableFrom(item, schemas, found);
  if (!isRecord(schema)) return found;
  const name = referenceOf(schema);
  if (name !== undefined && !found.has(name)) reachableFrom(schemas[name], schemas, found.add(name));
  for (const inner of Object.values(schema)) reachableFrom(inner, schemas, found);
  return found;
}
