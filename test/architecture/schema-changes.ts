import { isDeepStrictEqual } from 'node:util';
import { LENGTH_OF_FORMAT } from '../../src/platform/openapi/bounds.js';

export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly maxLength?: number;
  readonly minLength?: number;
  readonly maximum?: number;
  readonly minimum?: number;
  readonly exclusiveMaximum?: number;
  readonly exclusiveMinimum?: number;
  readonly maxItems?: number;
  readonly minItems?: number;
  readonly uniqueItems?: boolean;
  readonly multipleOf?: number;
  readonly pattern?: string;
}

export type Schemas = Readonly<Record<string, Schema>>;

/** Whose values they are: a client sends inputs and reads outputs, so what may be added to one may not be added to the other. */
export type Direction = 'input' | 'output';

/** A schema, and those that it may refer to. */
export interface Side {
  readonly schemas: Schemas;
  readonly schema: Schema;
}

/** What of a value breaks a client that was written for the first schema. */
export function schemaChanges(direction: Direction, at: string, before: Side, after: Side): string[] {
  const [old, next] = [resolved(before), resolved(after)];
  const inside = (name: string, was: Schema, is: Schema) =>
    schemaChanges(direction, `${at}${name}`, { ...before, schema: was }, { ...after, schema: is });
  const isList = old.items !== undefined || next.items !== undefined;
  const inner = Object.entries(old.properties ?? {}).flatMap(([name, schema]) => {
    const now = next.properties?.[name];
    return now === undefined ? [`${at}.${name} is gone`] : inside(`.${name}`, schema, now);
  });
  return [
    ...changedForm(at, old, next),
    ...(direction === 'input' ? narrowings(at, old, next) : widenings(at, old, next)),
    ...alternativeChanges(direction, at, before, after),
    ...(isList ? inside('[]', old.items ?? {}, next.items ?? {}) : []),
    ...inner,
    ...presenceChanges(direction, at, old, next),
  ];
}

function resolved({ schemas, schema }: Side): Schema {
  const target = schema.allOf?.[0] ?? schema;
  if (target.$ref === undefined) return target;
  const name = target.$ref.replace('#/components/schemas/', '');
  const found = schemas[name];
  if (found === undefined) throw new Error(`no schema ${name}`);
  return found;
}

/** An input that becomes compulsory, and an output that may stay away, both surprise a client. */
function presenceChanges(direction: Direction, at: string, old: Schema, next: Schema): string[] {
  const [wanted, had] = direction === 'input' ? [next, old] : [old, next];
  const missing = (wanted.required ?? []).filter((name) => had.required?.includes(name) !== true);
  if (direction === 'input') return missing.map((name) => `${at}.${name} is required`);
  return missing.filter((name) => next.properties?.[name] !== undefined).map((name) => `${at}.${name} may be missing`);
}

/** `anyOf` and `oneOf`: one kind less to send, or one more to be answered. What is within those that stay is compared as well. */
function alternativeChanges(direction: Direction, at: string, before: Side, after: Side): string[] {
  const [old, next] = [kindsOf(before), kindsOf(after)];
  if (old.size === 0 && next.size === 0) return [];
  const [wanted, had] = direction === 'input' ? [old, next] : [next, old];
  const strange = [...wanted.keys()].filter((kind) => !had.has(kind));
  const within = [...old].flatMap(([kind, schema]) => {
    const now = next.get(kind);
    return now === undefined
      ? []
      : schemaChanges(direction, `${at}(${kind})`, { ...before, schema }, { ...after, schema: now });
  });
  return [...strange.map((kind) => `${at} ${direction === 'input' ? 'may not be' : 'may be'} ${kind}`), ...within];
}

function kindsOf(side: Side): ReadonlyMap<string, Schema> {
  const { anyOf = [], oneOf = [] } = resolved(side);
  return new Map(
    [...anyOf, ...oneOf].map((schema) => {
      const nested = schema.anyOf === undefined && schema.oneOf === undefined ? 'anything' : 'one of several';
      const name = schema.$ref?.split('/').at(-1) ?? typesOf(schema).join(' or ');
      return [name === '' ? nested : name, schema];
    }),
  );
}

/** The width of a whole number says nothing that its bounds do not. */
const formatOf = ({ type, format }: Schema) => (type === 'integer' ? undefined : format);

const typesOf = ({ type = [] }: Schema): readonly string[] => [type].flat();

function changedForm(at: string, old: Schema, next: Schema): string[] {
  const type = typesOf(old).toSorted().join() === typesOf(next).toSorted().join() ? [] : [`${at} has another type`];
  return formatOf(old) === formatOf(next) ? type : [...type, `${at} has another format`];
}

/** What was allowed to be sent is refused, or means something else. */
function narrowings(at: string, old: Schema, next: Schema): string[] {
  const fewer = hasAll(valuesOf(old), valuesOf(next)) ? [] : ['takes fewer values'];
  const stricter = stricterBounds(old, next).map((key) => `has a stricter ${key}`);
  return [...stricter, ...fewer, ...newRules(old, next)].map((change) => `${at} ${change}`);
}

function newRules(old: Schema, next: Schema): readonly string[] {
  const isNew = (key: 'pattern' | 'uniqueItems' | 'multipleOf') => next[key] !== undefined && next[key] !== old[key];
  const isOpen = old.additionalProperties !== undefined && old.additionalProperties !== false;
  const rules = [
    [isNew('pattern'), 'has another pattern'],
    [isNew('multipleOf'), 'has another multipleOf'],
    [isNew('uniqueItems'), 'takes nothing twice'],
    [isOpen && next.additionalProperties === false, 'takes no other fields'],
    [old.default !== undefined && !isDeepStrictEqual(old.default, next.default), 'has another default'],
  ] as const;
  return rules.flatMap(([holds, change]) => (holds ? [change] : []));
}

/** What was never answered is answered. */
function widenings(at: string, old: Schema, next: Schema): string[] {
  const isFree = old.pattern !== undefined && next.pattern !== old.pattern;
  return [
    ...stricterBounds(next, old).map((key) => `${at} has a wider ${key}`),
    ...(hasAll(valuesOf(next), valuesOf(old)) ? [] : [`${at} has more values`]),
    ...(isFree ? [`${at} has another pattern`] : []),
  ];
}

const UPPER = ['maxLength', 'maximum', 'exclusiveMaximum', 'maxItems'] as const;
const LOWER = ['minLength', 'minimum', 'exclusiveMinimum', 'minItems'] as const;

/** The bounds that `next` sets and `old` did not, or not as narrowly. */
function stricterBounds(old: Schema, next: Schema): readonly string[] {
  const [had, has] = [bounded(old), bounded(next)];
  return [
    ...UPPER.filter((key) => (has[key] ?? Infinity) < (had[key] ?? Infinity)),
    ...LOWER.filter((key) => (has[key] ?? -Infinity) > (had[key] ?? -Infinity)),
  ];
}

/** A format that fixes the length of a text had bounded it before somebody wrote the bound down. */
function bounded(schema: Schema): Schema {
  const maxLength = schema.maxLength ?? LENGTH_OF_FORMAT[schema.format ?? ''];
  return maxLength === undefined ? schema : { ...schema, maxLength };
}

/** Undefined: any. */
function valuesOf(schema: Schema): readonly unknown[] | undefined {
  return 'const' in schema ? [schema.const] : schema.enum;
}

function hasAll(wanted: readonly unknown[] | undefined, given: readonly unknown[] | undefined): boolean {
  return given === undefined || (wanted?.every((value) => given.includes(value)) ?? false);
}
