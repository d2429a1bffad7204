import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { catalogue, isErrorCode } from '../../src/platform/errors/index.js';

interface Media {
  readonly schema?: object;
  readonly examples?: Readonly<Record<string, { readonly $ref?: string }>>;
}

interface Answer {
  readonly $ref?: string;
  readonly headers?: Readonly<Record<string, object>>;
  readonly content?: Readonly<Record<string, Media>>;
}

interface Operation {
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, Answer>>;
  readonly 'x-access'?: string;
}

export interface Contract {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly responses: Readonly<Record<string, Answer>>;
    readonly examples: Readonly<Record<string, { readonly value?: unknown }>>;
    readonly schemas: object;
  };
}

const PROBLEM = 'application/problem+json';
const ON_EVERY_ANSWER = ['RateLimit', 'RateLimit-Policy'];
const WAITS = new Set(['429', '503']);
/** What may happen to any request, whatever it asks for. */
const TO_EVERYBODY = ['400', '403', '429', '500', '503'];

/** What an operation does not say that its clients need to know. */
export function findContractGaps(document: Contract): string[] {
  const ajv = new Ajv2020({ strict: false });
  const validators = new Map<string, ValidateFunction>();
  addFormats.default(ajv);
  ajv.addSchema({ $id: 'api', components: document.components });
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, operation]) => {
      const gaps = [...callerGaps(operation), ...answersOf(operation), ...exampleGaps(operation)];
      return gaps.map((gap) => `${method.toUpperCase()} ${path}: ${gap}`);
    }),
  );

  function answersOf(operation: Operation): string[] {
    const { security, responses } = operation;
    const statuses = Object.keys(responses);
    const successes = statuses.filter((status) => status.startsWith('2'));
    const wanted = [...TO_EVERYBODY, ...(security?.length === 0 ? [] : ['401'])];
    return [
      ...(successes.length === 1 ? [] : [`has ${successes.length} successes`]),
      ...wanted.filter((status) => !statuses.includes(status)).map((status) => `says nothing of ${status}`),
      ...Object.entries(responses).flatMap(([status, answer]) => answerGaps(status, resolved(answer))),
    ];
  }

  function answerGaps(status: string, { headers = {}, content = {} }: Answer): string[] {
    const wanted = [...ON_EVERY_ANSWER, ...(WAITS.has(status) ? ['Retry-After'] : [])];
    const missing = wanted.filter((name) => !(name in headers)).map((name) => `${status} has no ${name}`);
    if (!status.startsWith('2')) return [...missing, ...problemGaps(status, content)];
    const hasView = content['application/json']?.schema !== undefined || status === '204' || status === '202';
    return hasView ? missing : [...missing, `${status} has no view`];
  }

  function problemGaps(status: string, content: NonNullable<Answer['content']>): string[] {
    const { examples = {}, schema } = content[PROBLEM] ?? {};
    const codes = Object.keys(examples);
    const strange = codes.filter((code) => !isErrorCode(code) || String(catalogue[code].status) !== status);
    const isClosed = JSON.stringify(schema ?? {}).includes(JSON.stringify({ type: 'string', enum: codes }));
    return [
      ...(codes.length > 0 && isClosed ? [] : [`${status} does not name its codes`]),
      ...strange.map((code) => `${status} is no answer of ${code}`),
    ];
  }

  function exampleGaps({ requestBody, responses }: Operation): string[] {
    const parts = [['request', requestBody] as const, ...Object.entries(responses)];
    return parts.flatMap(([part, holder]) =>
      Object.values(resolved(holder ?? {}).content ?? {}).flatMap(({ schema, examples = {} }) => {
        const values = Object.values(examples).map(({ $ref = '' }) => document.components.examples[last($ref)]?.value);
        if (schema === undefined || values.length === 0) return [`${part} has no example`];
        const validate = validatorOf(JSON.stringify(schema).replaceAll('"#/', '"api#/'));
        return values
          .filter((value) => !validate(value))
          .map(() => `${part} has an example that is none: ${ajv.errorsText(validate.errors)}`);
      }),
    );
  }

  /** Most operations share most of their answers. */
  function validatorOf(text: string): ValidateFunction {
    const validate = validators.get(text) ?? ajv.compile(JSON.parse(text) as object);
    validators.set(text, validate);
    return validate;
  }

  function resolved(answer: Answer): Answer {
    return answer.$ref === undefined ? answer : (document.components.responses[last(answer.$ref)] ?? {});
  }
}

function callerGaps({ security, 'x-access': access = '' }: Operation): string[] {
  if (security === undefined) return ['does not say which credential it takes'];
  if (access === 'public') return security.length === 0 ? [] : ['is public and takes a credential'];
  const scopes = security.flatMap((scheme) => Object.values(scheme).flat());
  const isScoped = !access.includes(':') || scopes.length === security.length;
  return security.length > 0 && isScoped ? [] : ['does not say which scope it takes'];
}

function last(reference: string): string {
  return reference.split('/').at(-1) ?? '';
}
