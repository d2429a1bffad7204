import { LENGTH_OF_FORMAT } from '../../src/platform/openapi/bounds.js';

export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly maxLength?: number;
  readonly minLength?: number;
  readonly maximum?: number;
  readonly minimum?: number;
  readonly maxItems?: number;
  readonly pattern?: string;
}

type Content = Readonly<Record<string, { readonly schema?: Schema }>>;

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema?: Schema;
}

interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
  readonly 'x-access'?: string;
}

export interface Api {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> };
}

/** Whose values they are: a client sends inputs and reads outputs, so what may be added to one may not be added to the other. */
type Direction = 'input' | 'output';

interface Side {
  readonly api: Api;
  readonly schema: Schema;
}

function resolved({ api, schema }: Side): Schema {
  const target = schema.allOf?.[0] ?? schema;
  if (target.$ref === undefined) return target;
  const name = target.$ref.replace('#/components/schemas/', '');
  const found = api.components?.schemas?.[name];
  if (found === undefined) throw new Error(`no schema ${name}`);
  return found;
}

/** Every change from one description to the next that breaks a client which was written for the first. */
export function findBreakingChanges(before: Api, after: Api): string[] {
  return Object.entries(before.paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, operation]) => {
      const name = `${method.toUpperCase()} ${path}`;
      const next = after.paths[path]?.[method];
      if (next === undefined) return [`${name}: is gone`];
      return operationChanges(before, operation, after, next).map((change) => `${name}: ${change}`);
    }),
  );
}

function operationChanges(before: Api, old: Operation, after: Api, next: Operation): string[] {
  const access = old['x-access'] === next['x-access'] ? [] : [`takes ${next['x-access']}, and took ${old['x-access']}`];
  return [
    ...access,
    ...parameterChanges(old, next),
    ...bodyChanges(before, old, after, next),
    ...answerChanges(before, old, after, next),
  ];
}

function parameterChanges(old: Operation, next: Operation): string[] {
  const keyOf = (parameter: Parameter) => `${parameter.in} ${parameter.name}`;
  const known = new Map(old.parameters?.map((parameter) => [keyOf(parameter), parameter]));
  const kept = new Set(next.parameters?.map(keyOf));
  const gone = [...known.keys()].filter((key) => !kept.has(key)).map((key) => `${key} is gone`);
  const demanded = (next.parameters ?? [])
    // What is in the path is the path.
    .filter(
      (parameter) =>
        parameter.in !== 'path' && parameter.required === true && known.get(keyOf(parameter))?.required !== true,
    )
    .map((parameter) => `${keyOf(parameter)} is required`);
  const narrowed = (next.parameters ?? []).flatMap((parameter) => {
    const was = known.get(keyOf(parameter));
    return was === undefined ? [] : narrowings(keyOf(parameter), was.schema ?? {}, parameter.schema ?? {});
  });
  return [...gone, ...demanded, ...narrowed];
}

function bodyChanges(before: Api, old: Operation, after: Api, next: Operation): string[] {
  if (next.requestBody === undefined) return old.requestBody === undefined ? [] : ['takes no body any more'];
  if (old.requestBody === undefined) return next.requestBody.required === true ? ['a body is required'] : [];
  return contentChanges(
    'input',
    { api: before, content: old.requestBody.content },
    { api: after, content: next.requestBody.content },
  );
}

function answerChanges(before: Api, old: Operation, after: Api, next: Operation): string[] {
  return Object.entries(old.responses)
    .filter(([status]) => status.startsWith('2'))
    .flatMap(([status, { content = {} }]) => {
      const answer = next.responses[status];
      if (answer === undefined) return [`never answers ${status} any more`];
      return contentChanges('output', { api: before, content }, { api: after, content: answer.content ?? {} });
    });
}

interface Contents {
  readonly api: Api;
  readonly content: Content;
}

function contentChanges(direction: Direction, old: Contents, next: Contents): string[] {
  return Object.entries(old.content).flatMap(([type, { schema = {} }]) => {
    const now = next.content[type];
    if (now === undefined) return [`${direction} in ${type} is gone`];
    return schemaChanges(direction, direction, { api: old.api, schema }, { api: next.api, schema: now.schema ?? {} });
  });
}

function schemaChanges(direction: Direction, at: string, before: Side, after: Side): string[] {
  const [old, next] = [resolved(before), resolved(after)];
  const own = direction === 'input' ? narrowings(at, old, next) : widenings(at, old, next);
  const items =
    old.items !== undefined && next.items !== undefined
      ? schemaChanges(direction, `${at}[]`, { ...before, schema: old.items }, { ...after, schema: next.items })
      : [];
  const inner = Object.entries(old.properties ?? {}).flatMap(([name, schema]) => {
    const now = next.properties?.[name];
    if (now === undefined) return [`${at}.${name} is gone`];
    return schemaChanges(direction, `${at}.${name}`, { ...before, schema }, { ...after, schema: now });
  });
  return [...own, ...items, ...inner, ...presenceChanges(direction, at, old, next)];
}

/** An input that becomes compulsory, and an output that may stay away, both surprise a client. */
function presenceChanges(direction: Direction, at: string, old: Schema, next: Schema): string[] {
  const [wanted, had] = direction === 'input' ? [next, old] : [old, next];
  const missing = (wanted.required ?? []).filter((name) => had.required?.includes(name) !== true);
  if (direction === 'input') return missing.map((name) => `${at}.${name} is required`);
  return missing.filter((name) => next.properties?.[name] !== undefined).map((name) => `${at}.${name} may be missing`);
}

/** The width of a whole number says nothing that its bounds do not. */
const formatOf = ({ type, format }: Schema) => (type === 'integer' ? undefined : format);

/** A format that fixes the length of a text had bounded it before somebody wrote the bound down. */
const upperBoundsOf = (schema: Schema) => ({
  ...schema,
  maxLength: schema.maxLength ?? LENGTH_OF_FORMAT[schema.format ?? ''],
});

const typesOf = ({ type = [] }: Schema): readonly string[] => [type].flat();

function changedForm(at: string, old: Schema, next: Schema): string[] {
  const type = typesOf(old).toSorted().join() === typesOf(next).toSorted().join() ? [] : [`${at} has another type`];
  return formatOf(old) === formatOf(next) ? type : [...type, `${at} has another format`];
}

/** What was allowed to be sent is refused. */
function narrowings(at: string, old: Schema, next: Schema): string[] {
  const upper = (['maxLength', 'maximum', 'maxItems'] as const).filter(
    (key) => (next[key] ?? Infinity) < (upperBoundsOf(old)[key] ?? Infinity),
  );
  const lower = (['minLength', 'minimum'] as const).filter((key) => (next[key] ?? -Infinity) > (old[key] ?? -Infinity));
  const values = next.enum !== undefined && !(old.enum ?? [undefined]).every((value) => next.enum?.includes(value));
  const pattern = next.pattern !== undefined && next.pattern !== old.pattern;
  return [
    ...changedForm(at, old, next),
    ...[...upper, ...lower].map((key) => `${at} has a stricter ${key}`),
    ...(values ? [`${at} takes fewer values`] : []),
    ...(pattern ? [`${at} has another pattern`] : []),
  ];
}

/** What was never answered is answered. */
function widenings(at: string, old: Schema, next: Schema): string[] {
  const isWider = old.enum !== undefined && !(next.enum ?? [undefined]).every((value) => old.enum?.includes(value));
  return [...changedForm(at, old, next), ...(isWider ? [`${at} has more values`] : [])];
}
