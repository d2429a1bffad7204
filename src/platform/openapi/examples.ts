import { isRecord, isType, referenceOf, type JsonObject } from './json-schema.js';

const ID = '0198d2f0-6f3a-7c11-9b1e-3a5d5f6c7e21';

const OF_FORMAT: JsonObject = {
  uuid: ID,
  date: '2026-11-26',
  'date-time': '2026-11-26T09:30:00.000Z',
  uri: 'https://api.example.com',
};

/** Makes an example of a schema out of what its fields declare: one that is named twice looks the same in both places. @control A14.1 */
export class Examples {
  private readonly byName = new Map<string, unknown>();

  constructor(private readonly schemas: JsonObject) {
    for (const schema of Object.values(schemas)) this.collect(schema);
  }

  of(component: string): unknown {
    return this.make(this.schemas[component], component);
  }

  private collect(schema: unknown): void {
    if (!isRecord(schema) || !isRecord(schema['properties'])) return;
    for (const [name, property] of Object.entries(schema['properties'])) {
      if (!isRecord(property) || !('example' in property) || this.byName.has(name)) continue;
      this.byName.set(name, property['example']);
    }
  }

  private make(schema: unknown, name: string): unknown {
    if (!isRecord(schema)) return undefined;
    if ('example' in schema) return schema['example'];
    const reference = referenceOf(schema);
    if (reference !== undefined) return this.of(reference);
    if (Array.isArray(schema['enum'])) return schema['enum'][0];
    if (Array.isArray(schema['anyOf'])) return this.text({}, name) ?? null;
    return this.makeOfType(schema, name);
  }

  private makeOfType(schema: JsonObject, name: string): unknown {
    if (isType(schema, 'string')) return this.text(schema, name);
    if (isType(schema, 'array')) return this.list(schema, name);
    if (isType(schema, 'boolean')) return true;
    if (isType(schema, 'object')) return this.object(schema);
    return schema['minimum'] ?? 1;
  }

  /** Undefined where nothing is known that would be an example: the tests tell. */
  private text({ format, ...schema }: JsonObject, name: string): unknown {
    const known = this.byName.get(name);
    if (name === 'id') return ID;
    if (typeof known === 'string') return known;
    if (name.endsWith('Id')) return ID;
    if (typeof format === 'string' && format in OF_FORMAT) return OF_FORMAT[format];
    return isType(schema, 'null') ? null : undefined;
  }

  private list({ items }: JsonObject, name: string): unknown {
    const known = this.byName.get(name);
    if (Array.isArray(known)) return known;
    return [this.make(items, name)].filter((item) => item !== undefined);
  }

  private object({ properties, required }: JsonObject): JsonObject {
    const all = isRecord(properties) ? properties : {};
    // A change may leave out everything: the example shows what there is.
    const names = Array.isArray(required) && required.length > 0 ? required : Object.keys(all);
    const shown = Object.entries(all).filter(([name, property]) => {
      // Of an answer of which there are two kinds: what both have, and what says that it is an example.
      const isShown = isRecord(property) && ('example' in property || 'x-requires' in property);
      return names.includes(name) || isShown;
    });
    return Object.fromEntries(shown.map(([name, property]) => [name, this.make(property, name)]));
  }
}
