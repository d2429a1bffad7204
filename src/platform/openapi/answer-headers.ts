import { catalogue, type ErrorCode } from '../errors/index.js';
import { isIdempotent, type DescribedOperation } from './described-operations.js';

const ID = '0198d2f0-6f3a-7c11-9b1e-3a5d5f6c7e21';
const text = (description: string, pattern: string, example: string) => ({
  description,
  schema: { type: 'string', maxLength: 1000, pattern, examples: [example] },
});
const items = (item: string) => `^${item}(, ${item})*$`;

/** The headers of answers that mean something to a client. What else there is keeps browsers safe, or is HTTP's own. */
const headers = {
  'X-Request-Id': {
    description: 'Names this answer: quote it in a report.',
    schema: { type: 'string', format: 'uuid', maxLength: 36, examples: [ID] },
  },
  RateLimit: text(
    'What is left of each budget (draft-ietf-httpapi-ratelimit-headers).',
    items(String.raw`"[a-z-]+";r=\d+;t=\d+`),
    '"address";r=599;t=60',
  ),
  'RateLimit-Policy': text(
    'What each budget allows: requests in seconds.',
    items(String.raw`"[a-z-]+";q=\d+;w=\d+`),
    '"address";q=600;w=60',
  ),
  'Access-Control-Allow-Origin': text(
    "The page's origin when it is one of CORS_ORIGINS; absent for every other.",
    String.raw`^(\*|[a-z][a-z0-9+.-]*://[^\s/]+)$`,
    'https://app.example.com',
  ),
  'Retry-After': {
    description: 'Seconds to wait before the request may work (RFC 9110 §10.2.3).',
    schema: { type: 'integer', format: 'int32', minimum: 0, maximum: 86_400, examples: [30] },
  },
  'WWW-Authenticate': text(
    'How to authenticate, or to prove more (RFC 6750, RFC 9470).',
    '^Bearer realm="rampart"(, [a-z_]+="[^"]*")*$',
    'Bearer realm="rampart"',
  ),
  ETag: text(
    'This version: send it as `If-Match` to change no other (RFC 9110 §8.8.3).',
    '^"[^"]+"$',
    `"${ID}.mif3k2jc"`,
  ),
  'Idempotency-Replayed': {
    description: 'There when it is the answer of the first request with this `Idempotency-Key`.',
    schema: { type: 'string', enum: ['true'] },
  },
  Deprecation: text('Since when another version replaces this one (RFC 9745).', String.raw`^@\d+$`, '@1795651200'),
  Sunset: text(
    'From when on there is nothing but a 410 (RFC 8594).',
    String.raw`^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$`,
    'Thu, 30 Nov 2028 00:00:00 GMT',
  ),
  Link: text(
    'What replaces it, and what changes.',
    items('<[^<>]+>; rel="[a-z-]+"'),
    '<https://api.example.com/v2/patients>; rel="successor-version"',
  ),
  'Clear-Site-Data': text(
    'What a browser forgets of this origin (W3C Clear Site Data).',
    items('"[A-Za-z*]+"'),
    '"cache", "storage"',
  ),
};

type HeaderName = keyof typeof headers;

/** Each as one that every such answer has, which clients may rely on, and as one that some have. */
const answerHeaders = Object.fromEntries(
  Object.entries(headers).flatMap(([name, header]) => [
    [everyTime(name), { ...header, required: true }],
    [name, header],
  ]),
);

function everyTime(name: string): string {
  return `${name}.always`;
}

const LIMITS: readonly HeaderName[] = ['RateLimit', 'RateLimit-Policy'];
const OF_DEPRECATED: readonly HeaderName[] = ['Deprecation', 'Sunset', 'Link'];
const OF_STATUS: Readonly<Record<number, readonly HeaderName[]>> = {
  401: ['WWW-Authenticate'],
  410: OF_DEPRECATED,
  429: ['Retry-After'],
  503: ['Retry-After'],
};
/** Of problems that share their status with others. */
const OF_CODE: Partial<Record<ErrorCode, HeaderName>> = {
  forbidden: 'WWW-Authenticate',
  'temporarily-blocked': 'Retry-After',
  'idempotency-key-in-use': 'Retry-After',
};

function references(always: readonly string[], sometimes: readonly string[]) {
  const keys = new Map(sometimes.map((name) => [name, name]));
  for (const name of always) keys.set(name, everyTime(name));
  return Object.fromEntries([...keys].map(([name, key]) => [name, { $ref: `#/components/headers/${key}` }]));
}

/** Those that a description refers to. */
export function headersIn(description: unknown) {
  const written = JSON.stringify(description);
  return Object.fromEntries(
    Object.entries(answerHeaders).filter(([name]) => written.includes(`"#/components/headers/${name}"`)),
  );
}

/** Problems of one status: what has failed may have done so before the limits were counted, or the version was looked at. */
export function headersOfProblem(codes: readonly ErrorCode[], isDeprecated: boolean) {
  const always = codes.slice(0, 1).flatMap((code) => OF_STATUS[catalogue[code].status] ?? []);
  const sometimes = codes.flatMap((code) => OF_CODE[code] ?? []);
  return references(
    ['X-Request-Id', ...always],
    ['Access-Control-Allow-Origin', ...LIMITS, ...sometimes, ...(isDeprecated ? OF_DEPRECATED : [])],
  );
}

export function headersOfSuccess({ route }: DescribedOperation) {
  return references(
    [
      'X-Request-Id',
      ...LIMITS,
      ...(route.isTagged === true ? ['ETag'] : []),
      ...(route.sends ?? []),
      ...(route.deprecation === undefined ? [] : OF_DEPRECATED),
    ],
    ['Access-Control-Allow-Origin', ...(isIdempotent(route) ? ['Idempotency-Replayed'] : [])],
  );
}
