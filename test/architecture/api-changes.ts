import { schemaChanges, type Direction, type Schema, type Schemas } from './schema-changes.ts';

type Content = Readonly<Record<string, { readonly schema?: Schema }>>;

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema?: Schema;
}

interface Header {
  readonly $ref?: string;
  readonly required?: boolean;
  readonly schema?: Schema;
}

interface Answer {
  readonly $ref?: string;
  readonly headers?: Readonly<Record<string, Header>>;
  readonly content?: Content;
}

type Security = readonly Readonly<Record<string, readonly string[]>>[];

interface Operation {
  readonly operationId?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, Answer>>;
  readonly security?: Security;
  readonly 'x-access'?: string;
  /** Of the first description, which named credentials that could not do it. */
  readonly 'x-step-up'?: boolean;
}

export interface Api {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components?: {
    readonly schemas?: Schemas;
    readonly responses?: Readonly<Record<string, Answer>>;
    readonly headers?: Readonly<Record<string, Header>>;
  };
}

/** One of the two descriptions, and what is compared of it. */
interface Of<Part> {
  readonly api: Api;
  readonly part: Part;
}

/** Every change from one description to the next that breaks a client which was written for the first. @control B17.2 */
export function findBreakingChanges(before: Api, after: Api): string[] {
  return Object.entries(before.paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, operation]) => {
      const name = `${method.toUpperCase()} ${path}`;
      const next = after.paths[path]?.[method];
      if (next === undefined) return [`${name}: is gone`];
      const changes = operationChanges({ api: before, part: operation }, { api: after, part: next });
      return changes.map((change) => `${name}: ${change}`);
    }),
  );
}

function operationChanges(before: Of<Operation>, after: Of<Operation>): string[] {
  const [old, next] = [before.part, after.part];
  const access = old['x-access'] === next['x-access'] ? [] : [`takes ${next['x-access']}, and took ${old['x-access']}`];
  // What generated clients call the method.
  const id = old.operationId === next.operationId ? [] : [`is called ${next.operationId}, and was ${old.operationId}`];
  return [
    ...access,
    ...id,
    ...securityChanges(old, next),
    ...parameterChanges(before, after),
    ...bodyChanges(before, after),
    ...answerChanges(before, after),
  ];
}

/** Each way in has to stay one, and without asking for more scopes. */
function securityChanges(old: Operation, next: Operation): string[] {
  const [had, ways] = [old.security ?? [], next.security ?? []];
  if (ways.length === 0) return [];
  if (had.length === 0) return ['asks for a credential'];
  // A program can prove nothing anew: no key was ever taken where that is asked for.
  const worked = had.filter((way) => old['x-step-up'] !== true || way['apiKey'] === undefined);
  return worked
    .filter((way) => !ways.some((other) => isWithin(other, way, old['x-access'])))
    .map((way) => `does not take ${Object.keys(way).join(' with ')} as it did`);
}

/** A permission is the scope of its operation, also where the description did not name it yet. */
function isWithin(next: Security[number], old: Security[number], access: string | undefined): boolean {
  return Object.entries(next).every(
    ([scheme, scopes]) =>
      old[scheme] !== undefined && scopes.every((one) => old[scheme]?.includes(one) === true || one === access),
  );
}

function parameterChanges(before: Of<Operation>, after: Of<Operation>): string[] {
  const keyOf = ({ in: place, name }: Parameter) => `${place} ${place === 'header' ? name.toLowerCase() : name}`;
  const parametersOf = ({ part }: Of<Operation>) => new Map(part.parameters?.map((one) => [keyOf(one), one]));
  const [known, kept] = [parametersOf(before), parametersOf(after)];
  const gone = [...known.keys()].filter((key) => !kept.has(key)).map((key) => `${key} is gone`);
  const changed = [...kept].flatMap(([key, parameter]) => {
    const was = known.get(key);
    // What is in the path is the path.
    const isDemanded = parameter.in !== 'path' && parameter.required === true && was?.required !== true;
    const schema =
      was && valueChanges('input', key, { ...before, part: was.schema }, { ...after, part: parameter.schema });
    return [...(isDemanded ? [`${key} is required`] : []), ...(schema ?? [])];
  });
  return [...gone, ...changed];
}

function bodyChanges(before: Of<Operation>, after: Of<Operation>): string[] {
  const [old, next] = [before.part.requestBody, after.part.requestBody];
  if (next === undefined) return old === undefined ? [] : ['takes no body any more'];
  const demanded = next.required === true && old?.required !== true ? ['a body is required'] : [];
  if (old === undefined) return demanded;
  return [...demanded, ...contentChanges('input', { ...before, part: old.content }, { ...after, part: next.content })];
}

/** Of failures too: clients decide by code, and wait as a header says. */
function answerChanges(before: Of<Operation>, after: Of<Operation>): string[] {
  return Object.entries(before.part.responses)
    .filter(([status]) => status !== 'default')
    .flatMap(([status, answer]) => {
      const now = after.part.responses[status];
      if (now === undefined) return [`never answers ${status} any more`];
      const old = { ...before, part: answerOf(before.api, answer) };
      const next = { ...after, part: answerOf(after.api, now) };
      const body = status.startsWith('2') ? successChanges(old, next) : problemChanges(status, old, next);
      return [...headerChanges(status, old, next), ...body];
    });
}

function successChanges(before: Of<Answer>, after: Of<Answer>): string[] {
  return contentChanges(
    'output',
    { ...before, part: before.part.content ?? {} },
    { ...after, part: after.part.content ?? {} },
  );
}

/** One more code is one more way to fail, which clients have to expect. One less is one that a client waits for in vain. */
function problemChanges(status: string, before: Of<Answer>, after: Of<Answer>): string[] {
  const codesOf = ({ part }: Of<Answer>) =>
    Object.values(part.content ?? {}).flatMap(({ schema }) => schema?.allOf?.[1]?.properties?.['code']?.enum ?? []);
  const kept = codesOf(after);
  const gone = codesOf(before).filter((code) => !kept.includes(code));
  const shape = successChanges(before, after).filter((change) => !change.startsWith('output.code '));
  return [
    ...gone.map((code) => `${status} is never ${String(code)} any more`),
    ...shape.map((change) => `${status} ${change}`),
  ];
}

function headerChanges(status: string, before: Of<Answer>, after: Of<Answer>): string[] {
  return Object.entries(before.part.headers ?? {}).flatMap(([name, header]) => {
    const [, now] = Object.entries(after.part.headers ?? {}).find(([other]) => isSame(other, name)) ?? [];
    if (now === undefined) return [`header ${name} of ${status} is gone`];
    const [old, next] = [headerOf(before.api, header), headerOf(after.api, now)];
    const at = `header ${name} of ${status}`;
    const missing = old.required === true && next.required !== true ? [`${at} may be missing`] : [];
    return [
      ...missing,
      ...valueChanges('output', at, { ...before, part: old.schema }, { ...after, part: next.schema }),
    ];
  });
}

/** Names of headers have no case. */
function isSame(name: string, other: string): boolean {
  return name.toLowerCase() === other.toLowerCase();
}

function contentChanges(direction: Direction, before: Of<Content>, after: Of<Content>): string[] {
  return Object.entries(before.part).flatMap(([type, { schema }]) => {
    const now = after.part[type];
    if (now === undefined) return [`${direction} in ${type} is gone`];
    return valueChanges(direction, direction, { ...before, part: schema }, { ...after, part: now.schema });
  });
}

function valueChanges(
  direction: Direction,
  at: string,
  before: Of<Schema | undefined>,
  after: Of<Schema | undefined>,
): string[] {
  const sideOf = ({ api, part }: Of<Schema | undefined>) => ({
    schemas: api.components?.schemas ?? {},
    schema: part ?? {},
  });
  return schemaChanges(direction, at, sideOf(before), sideOf(after));
}

function answerOf({ components }: Api, answer: Answer): Answer {
  return answer.$ref === undefined ? answer : (components?.responses?.[lastOf(answer.$ref)] ?? {});
}

function headerOf({ components }: Api, header: Header): Header {
  return header.$ref === undefined ? header : (components?.headers?.[lastOf(header.$ref)] ?? {});
}

function lastOf(reference: string): string {
  return reference.split('/').at(-1) ?? '';
}
