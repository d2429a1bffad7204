import type { OpenAPIObject } from '@nestjs/swagger';
import fc from 'fast-check';

/** Stands in values that are sent, never in names: no error may quote it. */
export const MARK = 'zq7marker';

export interface FuzzedRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: string | undefined;
  /** An index into the callers of the test. */
  readonly caller: number;
}

/** One operation of the description. */
export interface Operation {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: Schema | undefined;
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { schema?: Schema }>> }>>;
}

export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly example?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: Schema;
}

export function operationsOf(document: OpenAPIObject): Operation[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    (['get', 'post', 'patch', 'delete'] as const).flatMap((name) => {
      const operation = item[name];
      if (operation === undefined) return [];
      const content = (operation.requestBody as { content?: Record<string, { schema: Schema }> } | undefined)?.content;
      return {
        method: name.toUpperCase() as Operation['method'],
        path,
        parameters: (operation.parameters ?? []) as unknown as Parameter[],
        body: content?.['application/json']?.schema,
        responses: operation.responses as Operation['responses'],
      };
    }),
  );
}

/** What languages, parsers and databases understand differently; every type where another one is expected. */
const hostileValues = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    0,
    -1,
    1.5,
    2 ** 31,
    -(2 ** 63),
    Number.MAX_SAFE_INTEGER,
    1e308,
    '',
    ' ',
    '\u0000',
    `a\u0000${MARK}`,
    '\ud800',
    '\udfff\ud800',
    `\u202e${MARK}`,
    `\u001b[31m${MARK}`,
    `'; DROP TABLE "User"; -- ${MARK}`,
    `' OR '1'='1`,
    `{{7*7}}\${7*7}${MARK}`,
    `<script>${MARK}</script>`,
    `../../../../etc/passwd`,
    `%2e%2e%2f%252e${MARK}`,
    '\r\nSet-Cookie: a=b',
    'NaN',
    '1e400',
    '0x7fffffff',
    '9999-99-99',
    '+010000-01-01',
    '00000000-0000-0000-0000-000000000000',
    'x'.repeat(10_001),
    'é'.repeat(5000),
    [],
    {},
    [[[[[[]]]]]],
    [null],
    { length: 3 },
    { $ne: null },
    { toString: 1, valueOf: 2 },
    JSON.parse('{"then":1}'),
    Array.from({ length: 200 }, () => 'a'),
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.double(),
  fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' }),
);

/** Bodies that are no JSON, or JSON that means two things. */
const hostileBodies = fc.oneof(
  fc.constantFrom(
    '',
    '{',
    'null',
    '[]',
    '"x"',
    '1e400',
    '{"a":1,"a":2}',
    '{"__proto__":{"isAdmin":true}}',
    '{"constructor":{"prototype":{"isAdmin":true}}}',
    '{"a":1e400}',
    '{"a":99999999999999999999999999}',
    '{"a":"\\ud800"}',
    '\ufeff{}',
    '{"a":1}{"b":2}',
    `${'{"a":'.repeat(100)}1${'}'.repeat(100)}`,
    `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
  ),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.json({ stringUnit: 'binary' }),
);

const headerValue = fc.string({ unit: fc.constantFrom(...'abc"\'*,;= -0'.split('')), maxLength: 40 });
const DATES = fc.date({ min: new Date('1900-01-01Z'), max: new Date('2199-12-31Z'), noInvalidDate: true });
/** How often a value is replaced by a hostile one: seldom enough that what is behind the validation is reached too. */
const HOSTILE_WEIGHT = 1;
const VALID_WEIGHT = 12;

function seldom<T>(hostile: fc.Arbitrary<T>, valid: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight: VALID_WEIGHT, arbitrary: valid }, { weight: HOSTILE_WEIGHT, arbitrary: hostile });
}

export class RequestFuzzer {
  constructor(
    private readonly schemas: Readonly<Record<string, Schema>>,
    /** Of things that there are. */
    private readonly ids: readonly string[],
    private readonly callers: number,
  ) {}

  requestsOf({ method, path, parameters, body }: Operation): fc.Arbitrary<FuzzedRequest> {
    const place = (where: string) => parameters.filter((parameter) => parameter.in === where);
    const inPath = fc.record(Object.fromEntries(place('path').map(({ name }) => [name, this.pathValue()])));
    const query = this.valuesOf(place('query')).chain((values) =>
      fc.oneof(
        { weight: 8, arbitrary: fc.constant(Object.entries(values)) },
        { weight: 1, arbitrary: fc.constant(Object.entries(values).flatMap((entry) => [entry, entry])) },
        { weight: 1, arbitrary: hostileValues.map((value) => [...Object.entries(values), ['x', textOf(value)]]) },
      ),
    );
    const headers = fc.record(
      {
        'idempotency-key': seldom(headerValue, fc.uuid()),
        'if-match': seldom(headerValue, fc.constant('*')),
        origin: fc.constantFrom('null', 'https://evil.example', `https://${MARK}.example`),
        accept: seldom(
          fc.constantFrom('text/html', 'application/xml', MARK),
          fc.constantFrom('*/*', 'application/json'),
        ),
        'x-forwarded-proto': headerValue,
        'x-http-method-override': fc.constant('DELETE'),
      },
      { requiredKeys: [] },
    );
    const payload = method === 'GET' ? fc.constant(undefined) : this.payloadOf(body);
    const caller = fc.nat({ max: this.callers - 1 });
    return fc.record({ inPath, query, headers, payload, caller }).map((made) => ({
      url: addressOf(path, made.inPath, made.query as [string, unknown][]),
      headers: { ...made.headers, ...(made.payload !== undefined && { 'content-type': 'application/json' }) },
      payload: made.payload,
      caller: made.caller,
    }));
  }

  private payloadOf(body: Schema | undefined): fc.Arbitrary<string | undefined> {
    const asDeclared = body === undefined ? fc.constant(undefined) : this.value(body).map((value) => safeJson(value));
    return fc.oneof(
      { weight: 16, arbitrary: asDeclared },
      { weight: 1, arbitrary: hostileBodies },
      { weight: 1, arbitrary: hostileValues.map((value) => safeJson({ [MARK.slice(0, 3)]: value })) },
    );
  }

  private pathValue(): fc.Arbitrary<string> {
    return fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...this.ids) },
      { weight: 2, arbitrary: fc.uuid() },
      {
        weight: 1,
        arbitrary: hostileValues.map((value) => encodeURIComponent(textOf(value).toWellFormed()).slice(0, 300)),
      },
      { weight: 1, arbitrary: fc.constantFrom('%', '%zz', '%ff', '%00', '..%2f..', '%252e', MARK) },
    );
  }

  private valuesOf(parameters: readonly Parameter[]): fc.Arbitrary<Record<string, unknown>> {
    const entries = parameters.map(({ name, schema }) => [name, this.value(schema)] as const);
    return fc.record(Object.fromEntries(entries), { requiredKeys: [] });
  }

  private value(schema: Schema): fc.Arbitrary<unknown> {
    return seldom(hostileValues, this.valid(schema));
  }

  private valid(schema: Schema): fc.Arbitrary<unknown> {
    const reference = schema.$ref ?? schema.allOf?.[0]?.$ref;
    if (reference !== undefined) return this.valid(this.schemas[reference.split('/').at(-1) ?? ''] ?? {});
    if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
    return this.ofType(schema);
  }

  private ofType(schema: Schema): fc.Arbitrary<unknown> {
    switch ([schema.type].flat()[0]) {
      case 'string':
        return this.text(schema);
      case 'integer':
      case 'number':
        return fc.integer({ min: schema.minimum ?? 0, max: schema.maximum ?? 1000 });
      case 'boolean':
        return fc.boolean();
      case 'array':
        return fc.array(this.value(schema.items ?? {}), { maxLength: Math.min(schema.maxItems ?? 3, 3) });
      default:
        return this.object(schema);
    }
  }

  private object({ properties = {}, required = [] }: Schema): fc.Arbitrary<unknown> {
    const fields = Object.entries(properties).map(([name, schema]) => [name, this.value(schema)] as const);
    return fc.record(Object.fromEntries(fields), { requiredKeys: [...required] });
  }

  private text({ format, pattern, example, minLength = 1, maxLength = 50 }: Schema): fc.Arbitrary<string> {
    if (format === 'uuid') return fc.oneof(fc.uuid(), fc.constantFrom(...this.ids));
    if (format === 'date') {
      const dates = DATES.map((date) => date.toISOString().slice(0, 10));
      // Half of them are in the future, where nobody was born.
      return example === undefined ? dates : fc.oneof(dates, fc.constant(example));
    }
    if (format === 'date-time') return DATES.map((date) => date.toISOString());
    if (format === 'email') return fc.uuid().map((id) => `${id}@test.example`);
    if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
    return fc.string({ minLength, maxLength: Math.min(maxLength, 100), unit: 'grapheme' });
  }
}

function addressOf(
  path: string,
  inPath: Record<string, string>,
  query: readonly (readonly [string, unknown])[],
): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => inPath[name] ?? '');
  const text = query.map(([name, value]) => `${name}=${encodeURIComponent(textOf(value).toWellFormed())}`).join('&');
  return text === '' ? filled : `${filled}?${text.slice(0, 9000)}`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/** JSON.stringify calls what a hostile value has under `toJSON`. */
function safeJson(value: unknown): string {
  return JSON.stringify(value, (_name, inner: unknown) => (inner === undefined ? null : inner)) ?? 'null';
}
