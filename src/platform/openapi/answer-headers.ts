import type { DescribedOperation } from './described-operations.js';

const header = (description: string, example: string) => ({
  description,
  schema: { type: 'string', maxLength: 1000, examples: [example] },
});

/** The headers of answers that mean something to a client. */
export const answerHeaders = {
  RateLimit: header('What is left of each budget (draft-ietf-httpapi-ratelimit-headers).', '"address";r=599;t=60'),
  'RateLimit-Policy': header('What each budget allows: requests in seconds.', '"address";q=600;w=60'),
  'Access-Control-Allow-Origin': header(
    "The page's origin when it is one of CORS_ORIGINS; absent for every other.",
    'https://app.example.com',
  ),
  'Retry-After': header('Seconds to wait before the request may work (RFC 9110 §10.2.3).', '30'),
  'WWW-Authenticate': header('How to authenticate, or to prove more (RFC 6750, RFC 9470).', 'Bearer realm="rampart"'),
  Deprecation: header('Since when another version replaces this one (RFC 9745).', '@1795651200'),
  Sunset: header('From when on there is nothing but a 410 (RFC 8594).', 'Thu, 30 Nov 2028 00:00:00 GMT'),
  Link: header('What replaces it, and what changes.', '<https://api.example.com/v2/patients>; rel="successor-version"'),
  'Clear-Site-Data': header('What a browser forgets of this origin (W3C Clear Site Data).', '"cache", "storage"'),
} as const;

type HeaderName = keyof typeof answerHeaders;

const ON_EVERY_ANSWER: readonly HeaderName[] = ['RateLimit', 'RateLimit-Policy', 'Access-Control-Allow-Origin'];
const OF_DEPRECATED: readonly HeaderName[] = ['Deprecation', 'Sunset', 'Link'];
const OF_STATUS: Readonly<Record<number, readonly HeaderName[]>> = {
  401: ['WWW-Authenticate'],
  403: ['WWW-Authenticate', 'Retry-After'],
  409: ['Retry-After'],
  410: OF_DEPRECATED,
  429: ['Retry-After'],
  503: ['Retry-After'],
};

function isDescribed(name: string): name is HeaderName {
  return name in answerHeaders;
}

function references(names: readonly HeaderName[]) {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

export function headersOfProblem(status: number) {
  return references([...ON_EVERY_ANSWER, ...(OF_STATUS[status] ?? [])]);
}

export function headersOfSuccess({ route }: DescribedOperation) {
  const declared = (route.sends ?? []).filter(isDescribed);
  return references([...ON_EVERY_ANSWER, ...(route.deprecation === undefined ? [] : OF_DEPRECATED), ...declared]);
}
