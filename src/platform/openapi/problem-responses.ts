import { catalogue, PROBLEM_CONTENT_TYPE, problemOf, type ErrorCode } from '../errors/index.js';
import { headersOfProblem } from './answer-headers.js';

export const problemSchema = {
  type: 'object',
  description: 'RFC 9457 problem details.',
  required: ['type', 'title', 'status', 'code', 'instance'],
  properties: {
    type: { type: 'string', format: 'uri', maxLength: 1000, description: 'Page of the error catalogue.' },
    title: { type: 'string', maxLength: 200 },
    status: { type: 'integer', format: 'int32', minimum: 400, maximum: 599 },
    code: { type: 'string', enum: Object.keys(catalogue) },
    instance: {
      type: 'string',
      format: 'uri',
      maxLength: 45,
      description: 'Names this occurrence: quote it in a report.',
    },
    errors: {
      type: 'array',
      maxItems: 1000,
      items: {
        type: 'object',
        required: ['pointer', 'code', 'message'],
        properties: {
          pointer: { type: 'string', description: 'RFC 6901, as a URI fragment.' },
          code: { type: 'string', maxLength: 100 },
          message: { type: 'string' },
        },
      },
    },
  },
};

const EXAMPLE = { publicUrl: 'https://api.example.com', requestId: '6f1c4f0a-5b1e-4a57-9d3e-2f5b8f0c7a11' };
const FIELDS_OF_EXAMPLES: Partial<Record<ErrorCode, { pointer: string; code: string; message: string }>> = {
  'validation-failed': { pointer: '#/name', code: 'is-defined', message: 'name should not be null or undefined' },
  'field-not-allowed': { pointer: '#/name', code: 'field-not-allowed', message: 'you may not set name' },
};

/** By code; each is what a client gets, but for the id. */
export function problemExamples(codes: readonly ErrorCode[]) {
  return codes.map((code) => {
    const field = FIELDS_OF_EXAMPLES[code];
    const value = problemOf(code, { ...EXAMPLE, ...(field && { fields: [field] }) });
    return [code, { summary: value.title, description: catalogue[code].remedy, value }] as const;
  });
}

/** One answer for each status of the codes; a component, because most operations share it. */
export function problemResponses(codes: readonly ErrorCode[], isDeprecated: boolean) {
  const byStatus = Map.groupBy(codes, (code) => catalogue[code].status);
  return [...byStatus].map(([status, ofStatus]) => ({
    status,
    name: [...ofStatus, ...(isDeprecated ? ['deprecated'] : [])].join('.'),
    response: {
      description: ofStatus.map((code) => `${catalogue[code].title} (\`${code}\`).`).join(' Or: '),
      headers: headersOfProblem(ofStatus, isDeprecated),
      content: {
        [PROBLEM_CONTENT_TYPE]: {
          schema: {
            allOf: [
              { $ref: '#/components/schemas/Problem' },
              { type: 'object', properties: { code: { type: 'string', enum: ofStatus } } },
            ],
          },
          examples: Object.fromEntries(ofStatus.map((code) => [code, { $ref: `#/components/examples/${code}` }])),
        },
      },
    },
  }));
}
