import type { OpenAPIObject } from '@nestjs/swagger';
import { catalogue, PROBLEM_CONTENT_TYPE } from '../errors/index.js';

type OperationObject = OpenAPIObject['paths'][string]['post'];

const problemSchema = {
  type: 'object',
  description: 'RFC 9457 problem details.',
  required: ['type', 'title', 'status', 'code', 'instance'],
  properties: {
    type: { type: 'string', format: 'uri', description: 'Page of the error catalogue.' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.keys(catalogue) },
    instance: { type: 'string', format: 'uri', description: 'Names this occurrence: quote it in a report.' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['pointer', 'code', 'message'],
        properties: { pointer: { type: 'string' }, code: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
};

/** On what creates, for callers who are somebody: platform/idempotency. */
const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header' as const,
  required: false,
  description: 'Made anew for each request; the same request sent again with it gets the answer of the first.',
  schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[!-~]+$' },
};

/** Every operation fails in one form. */
export function addProblemResponses(document: OpenAPIObject): OpenAPIObject {
  const schemas = { ...document.components?.schemas, Problem: problemSchema };
  const failure = {
    description: 'Any failure.',
    content: { [PROBLEM_CONTENT_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
  };
  for (const path of Object.values(document.paths)) {
    offerIdempotency(path.post);
    for (const operation of [path.get, path.post, path.patch, path.delete]) {
      if (operation === undefined) continue;
      operation.responses['default'] = failure;
      operation.summary ??= operation.operationId?.replace('.', ': ') ?? '';
    }
  }
  return { ...document, paths: productFirst(document.paths), components: { ...document.components, schemas } };
}

function offerIdempotency(operation: OperationObject): void {
  if (operation?.security === undefined) return;
  const creates = '201' in operation.responses || '202' in operation.responses;
  if (creates) operation.parameters = [...(operation.parameters ?? []), idempotencyKey];
}

/** What the product does before what the server says about itself: readers and pages keep the order of the paths. */
function productFirst(paths: OpenAPIObject['paths']): OpenAPIObject['paths'] {
  const [versioned, neutral] = [true, false].map((isVersioned) =>
    Object.entries(paths).filter(([path]) => /^\/v\d+\//.test(path) === isVersioned),
  );
  return Object.fromEntries([...(versioned ?? []), ...(neutral ?? [])]);
}
