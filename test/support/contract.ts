import { readFileSync } from 'node:fs';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { HeaderCheck, type Headers } from './contract-headers.ts';

type Json = Readonly<Record<string, unknown>>;

interface Answer {
  readonly $ref?: string;
  readonly headers?: Headers;
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}

interface Operation {
  readonly responses: Readonly<Record<string, Answer>>;
  readonly parameters?: readonly { readonly name: string }[];
}

export interface Contract {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly responses: Readonly<Record<string, Answer>>;
    readonly schemas: Readonly<Record<string, Json>>;
    readonly headers?: Headers;
  };
}

/** What a hook sees of an answer. */
export interface Given {
  readonly method: string;
  readonly url: string;
  /** The template of the route: `/v1/members/:userId`. */
  readonly route: string | undefined;
  readonly status: number;
  readonly headers: Json;
  readonly payload: unknown;
}

/** Of an answer, in a message. */
const SHOWN = 300;

/** Holds answers to a description: each is compiled once for all files of a worker. @control A14.1 B7.1 */
export class ContractCheck {
  private readonly ajv = new Ajv2020({ strict: false, allErrors: false });
  private readonly validators = new Map<string, ValidateFunction>();
  private readonly headers: HeaderCheck;

  constructor(private readonly document: Contract) {
    addFormats.default(this.ajv);
    const { schemas, headers } = document.components;
    this.headers = new HeaderCheck(headers);
    // A field that no view lists is no addition that clients should pass over, but a leak.
    const closed = rewritten(schemas, (schema) => ({ additionalProperties: false, ...schema }));
    const narrowed = rewritten(closed, ({ required: _required, ...schema }) => schema);
    this.ajv.addSchema({ $id: 'whole', components: { schemas: closed } });
    this.ajv.addSchema({ $id: 'narrowed', components: { schemas: narrowed } });
  }

  /** Undefined when the answer keeps the contract, or when the route is none of the document's. */
  faultOf(given: Given): string | undefined {
    const { method, route, status, payload } = given;
    const path = route?.replaceAll(/:(\w+)/g, '{$1}') ?? '';
    const operation = this.document.paths[path]?.[method === 'HEAD' ? 'get' : method.toLowerCase()];
    if (operation === undefined) return undefined;
    const fault = this.faultOfAnswer(operation, given);
    return fault && `${method} ${path} answered ${status}, ${fault}: ${textOf(payload).slice(0, SHOWN)}`;
  }

  private faultOfAnswer({ responses, parameters = [] }: Operation, given: Given): string | undefined {
    const { method, url, status, headers } = given;
    const answer = this.resolved(responses[status]);
    if (answer === undefined) return 'which is not described';
    const fault = faultOfLimits(given) ?? this.headers.faultOf(answer.headers, headers);
    if (fault !== undefined || method === 'HEAD') return fault;
    const isNarrowable = status === 200 && parameters.some(({ name }) => name === 'fields');
    const fields = isNarrowable ? new URL(url, 'http://here.example').searchParams.get('fields') : null;
    return this.faultOfBody(answer, given, fields?.split(','));
  }

  private faultOfBody(
    { content }: Answer,
    { headers, payload }: Given,
    fields?: readonly string[],
  ): string | undefined {
    const text = textOf(payload);
    if (content === undefined) return text === '' ? undefined : 'with a body that is not described';
    const [media, described] = Object.entries(content)[0] ?? [];
    const type = String(headers['content-type']);
    if (described === undefined || type.split(';')[0] !== media) return `as ${type}`;
    const body = JSON.parse(text) as Json;
    const validate = this.validatorOf(described.schema, fields === undefined ? 'whole' : 'narrowed');
    if (!validate(body)) return this.ajv.errorsText(validate.errors);
    return fields === undefined || hasOnly(body, fields) ? undefined : 'with other fields than it was asked for';
  }

  private validatorOf(schema: object, kind: 'whole' | 'narrowed'): ValidateFunction {
    const text = JSON.stringify(schema).replaceAll('"#/', `"${kind}#/`);
    const known = this.validators.get(text);
    if (known !== undefined) return known;
    const validate = this.ajv.compile(JSON.parse(text) as object);
    this.validators.set(text, validate);
    return validate;
  }

  private resolved(answer: Answer | undefined): Answer | undefined {
    const name = answer?.$ref?.split('/').at(-1);
    return name === undefined ? answer : this.document.components.responses[name];
  }
}

function faultOfLimits({ status, headers }: Given): string | undefined {
  const isLimited = typeof headers['ratelimit'] === 'string' && typeof headers['ratelimit-policy'] === 'string';
  return status < 300 && !isLimited ? 'and does not tell what is left of the limits' : undefined;
}

function rewritten(schemas: Readonly<Record<string, Json>>, rewrite: (schema: Json) => Json): Record<string, Json> {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, rewrite(schema)]));
}

/** Each row of the answer has the fields that were asked for, and a page is a page all the same. */
function hasOnly(body: Json, fields: readonly string[]): boolean {
  const rows = Array.isArray(body['items']) && 'nextCursor' in body ? (body['items'] as object[]) : [body];
  return rows.every((row) => Object.keys(row).toSorted().join() === fields.toSorted().join());
}

function textOf(payload: unknown): string {
  return Buffer.isBuffer(payload) || typeof payload === 'string' ? String(payload) : '';
}

const check = new ContractCheck(JSON.parse(readFileSync('docs/openapi.json', 'utf8')) as Contract);
const faults: string[] = [];

/** Every answer of the application, from before it is initialized: what is added later sees nothing. */
export function holdToContract(app: NestFastifyApplication): void {
  const server = app.getHttpAdapter().getInstance();
  server.addHook('onSend', ({ method, url, routeOptions }, reply, payload, done) => {
    const given = {
      method,
      url,
      route: routeOptions.url,
      status: reply.statusCode,
      headers: reply.getHeaders(),
      payload,
    };
    const fault = check.faultOf(given);
    if (fault !== undefined) faults.push(fault);
    done(null, payload);
  });
}

/** What has been answered since the last call and is not as described. */
export function takeFaults(): readonly string[] {
  return faults.splice(0);
}
