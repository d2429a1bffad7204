import type { OpenAPIObject } from '@nestjs/swagger';
import type { AccessRule } from '../access/index.js';
import type { RouteDeclaration } from '../pipeline/index.js';
import { headersIn, headersOfSuccess } from './answer-headers.js';
import { addBounds } from './bounds.js';
import {
  describedOperations,
  hasParameter,
  isIdempotent,
  isPublic,
  type DescribedOperation,
} from './described-operations.js';
import { Examples } from './examples.js';
import { isRecord, reachableFrom, referenceOf, type JsonObject } from './json-schema.js';
import { problemCodesOf } from './problem-codes.js';
import { problemExamples, problemResponses, problemSchema } from './problem-responses.js';

/** On what creates, for callers who are somebody: platform/idempotency. */
const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header' as const,
  required: false,
  description: 'Made anew for each request; the same request sent again with it gets the answer of the first.',
  schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[!-~]+$' },
};

type Components = Required<Pick<NonNullable<OpenAPIObject['components']>, 'responses' | 'examples'>>;

/** Adds to what @nestjs/swagger knows of the handlers what the pipeline does around them. Changes the document. @control A14.1 */
export function completeDescription(document: OpenAPIObject, routes: readonly RouteDeclaration[]): OpenAPIObject {
  const schemas = { ...document.components?.schemas, Problem: problemSchema };
  const components: Components = { responses: {}, examples: {} };
  const described = describedOperations(document, routes);
  boundSchemas(document, schemas);
  const examples = new Examples(schemas);
  for (const one of described) {
    describeCaller(one);
    describeInput(one);
    describeSuccess(one);
    addProblems(one, components);
    for (const content of contentsOf(one)) addExample(content, examples, components);
  }
  return {
    ...document,
    tags: [...new Set(described.flatMap(({ operation }) => operation.tags ?? []))].map((name) => ({ name })),
    paths: productFirst(document.paths),
    components: { ...document.components, ...components, schemas, headers: headersIn([document.paths, components]) },
  };
}

function boundSchemas(document: OpenAPIObject, schemas: JsonObject): void {
  const bodies = Object.values(document.paths).flatMap((item) =>
    [item.post, item.patch, item.delete].map((operation) => operation?.requestBody),
  );
  const inputs = reachableFrom(bodies, schemas);
  for (const [name, schema] of Object.entries(schemas)) addBounds(schema, inputs.has(name) ? 'input' : 'output');
}

/** Who may call it, and what else is asked of them. */
function describeCaller({ route, operation }: DescribedOperation): void {
  const { access, isStepUp, throttle } = route;
  const proof = isStepUp ? ' Asks for a proof of who you are that is at most five minutes old.' : '';
  operation.summary ??= operation.operationId?.replace('.', ': ') ?? '';
  operation.description = `${access.map(whoMayCall).join()}${proof} Counts as \`${throttle}\`.`;
  if (isPublic(route)) operation.security = [];
  // A program cannot prove anything anew (PersonRequired).
  else if (isStepUp) operation.security = operation.security?.filter((scheme) => !('apiKey' in scheme));
}

function whoMayCall(rule: AccessRule): string {
  return rule.kind === 'permission' ? `Needs \`${rule.permission}\`.` : `${rule.kind}: ${rule.reason}.`;
}

function describeInput({ route, operation }: DescribedOperation): void {
  for (const parameter of operation.parameters ?? []) {
    if (!('in' in parameter) || !isRecord(parameter.schema)) continue;
    // Every id of a path goes through IdPipe.
    if (parameter.in === 'path' && !('enum' in parameter.schema)) Object.assign(parameter.schema, { format: 'uuid' });
    addBounds(parameter.schema, 'input');
  }
  if (!isIdempotent(route) || hasParameter(operation, idempotencyKey.name)) return;
  operation.parameters = [...(operation.parameters ?? []), idempotencyKey];
}

function describeSuccess(one: DescribedOperation): void {
  const { route, operation } = one;
  // Generated clients warn whoever still calls these (B17.3).
  if (route.deprecation !== undefined) operation.deprecated = true;
  for (const answer of Object.values(operation.responses)) {
    if (answer !== undefined) Object.assign(answer, { description: 'Success.', headers: headersOfSuccess(one) });
  }
}

function addProblems(one: DescribedOperation, { responses, examples }: Components): void {
  const codes = problemCodesOf(one);
  Object.assign(examples, Object.fromEntries(problemExamples(codes)));
  for (const { status, name, response } of problemResponses(codes, one.route.deprecation !== undefined)) {
    responses[name] = response;
    one.operation.responses[status] = { $ref: `#/components/responses/${name}` };
  }
}

/** What is sent, and what is answered to it. */
function contentsOf({ route, operation: { requestBody, responses } }: DescribedOperation): unknown[] {
  const success = responses[String(route.returns?.status)];
  return [requestBody, success].flatMap((part) => (part !== undefined && 'content' in part ? [part.content] : []));
}

function addExample(content: unknown, examples: Examples, components: Components): void {
  const json = isRecord(content) ? content['application/json'] : undefined;
  const name = isRecord(json) && isRecord(json['schema']) ? referenceOf(json['schema']) : undefined;
  if (name === undefined || !isRecord(json)) return;
  components.examples[name] ??= { value: examples.of(name) };
  Object.assign(json, { examples: { [name]: { $ref: `#/components/examples/${name}` } } });
}

/** What the product does before what the server says about itself: readers and pages keep the order of the paths. */
function productFirst(paths: OpenAPIObject['paths']): OpenAPIObject['paths'] {
  const [versioned, neutral] = [true, false].map((isVersioned) =>
    Object.entries(paths).filter(([path]) => /^\/v\d+\//.test(path) === isVersioned),
  );
  return Object.fromEntries([...(versioned ?? []), ...(neutral ?? [])]);
}
