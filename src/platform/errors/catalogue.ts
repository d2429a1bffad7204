interface CatalogueEntry {
  readonly status: number;
  readonly title: string;
  /** What a client should do about it; shown on the entry's page. */
  readonly remedy: string;
}

/**
 * The closed list of everything this API may answer with when it does not succeed.
 * Title and status are constant per code, so an answer says nothing about the inside. @control B8.1
 */
export const catalogue = {
  'malformed-request': {
    status: 400,
    title: 'The request cannot be understood',
    remedy: 'Check the URL, the headers and that the body is valid JSON.',
  },
  'validation-failed': {
    status: 400,
    title: 'The request does not have the documented form',
    remedy: 'Each entry of `errors` points to a field and says which rule it breaks.',
  },
  'field-not-allowed': {
    status: 400,
    title: 'The request sets a field that is not yours to set',
    remedy: 'Each entry of `errors` points to a field that needs a permission that you lack. Leave it out.',
  },
  'invalid-token': {
    status: 400,
    title: 'The token is not valid',
    remedy: 'It works once and for a short time. Ask for a new one.',
  },
  unauthenticated: {
    status: 401,
    title: 'A valid access token is required',
    remedy: 'Sign in, or refresh the session, and send the access token as `Authorization: Bearer`.',
  },
  'invalid-credentials': {
    status: 401,
    title: 'The e-mail address or the password is wrong',
    remedy: 'Try again, or reset the password. Whether an account exists is never told.',
  },
  'invalid-refresh-token': {
    status: 401,
    title: 'The refresh token is not valid',
    remedy: 'Sign in again. A refresh token works once; a second use ends its session.',
  },
  'invalid-code': {
    status: 401,
    title: 'The code is not valid',
    remedy: 'Each code works once. After five wrong ones, or a few minutes, sign in anew.',
  },
  'invalid-passkey': {
    status: 401,
    title: 'The passkey was not accepted',
    remedy: 'Ask for new options and answer them within five minutes, with a passkey of this account.',
  },
  'step-up-required': {
    status: 401,
    title: 'Prove again who you are',
    remedy: 'Call POST /v1/auth/step-up, and repeat the request with the access token that it gives.',
  },
  forbidden: {
    status: 403,
    title: 'This is not allowed to you',
    remedy: 'The operation needs a permission that your role or your token does not have.',
  },
  'second-factor-required': {
    status: 403,
    title: 'A second factor is required',
    remedy:
      'Your role needs one: add an authenticator (POST /v1/me/mfa/totp) or a passkey (POST /v1/me/passkeys/options).',
  },
  'network-not-allowed': {
    status: 403,
    title: 'This is not allowed from this network',
    remedy: 'The organization may be used from certain addresses only. Ask its owner.',
  },
  'temporarily-blocked': {
    status: 403,
    title: 'Requests are refused for a while',
    remedy: 'Wait for the time in `Retry-After`. If you do not know why, ask the owner of your organization.',
  },
  'not-found': {
    status: 404,
    title: 'There is no such resource',
    remedy: 'Check the path and the id. What you may not see does not exist for you.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'The resource does not know this method',
    remedy: 'The `Allow` header lists the methods that it knows.',
  },
  'request-timeout': {
    status: 408,
    title: 'The request took too long to arrive',
    remedy: 'Send the whole request without pauses.',
  },
  'idempotency-key-in-use': {
    status: 409,
    title: 'The first request of this name is still under way',
    remedy:
      'Send it again with the same `Idempotency-Key` after the time in `Retry-After`: it gets the answer of the first.',
  },
  conflict: {
    status: 409,
    title: 'The request conflicts with what is already there',
    remedy: 'Read the current state and decide anew.',
  },
  'precondition-failed': {
    status: 412,
    title: 'The resource has changed since you have seen it',
    remedy: 'Read it again, decide anew, and send the new `ETag` as `If-Match`.',
  },
  gone: {
    status: 410,
    title: 'This version of the resource is no longer served',
    remedy: 'The `Link` header names the version that replaces it; GET /deprecations says what has changed.',
  },
  'payload-too-large': {
    status: 413,
    title: 'The body is too large',
    remedy: 'Bodies may have up to 100 KiB.',
  },
  'uri-too-long': {
    status: 414,
    title: 'The URL is too long',
    remedy: 'URLs may have up to 8 KiB.',
  },
  'not-acceptable': {
    status: 406,
    title: 'There is no answer in a form that you accept',
    remedy: 'Answers are JSON: send `Accept: application/json`, or leave the header out.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'The content type is not supported',
    remedy: 'Send `Content-Type: application/json`.',
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'Another request was sent under the same name before',
    remedy:
      'Make a new `Idempotency-Key` for each request, and send it again only with the same body by the same caller.',
  },
  'precondition-required': {
    status: 428,
    title: 'The request must say which version it is about',
    remedy: 'Send the `ETag` of the version that you have seen as `If-Match`.',
  },
  'quota-exceeded': {
    status: 429,
    title: 'There were too many requests',
    remedy:
      'Wait for the time in `Retry-After`. `RateLimit-Policy` says what is allowed, `RateLimit` what is left of it.',
  },
  'too-many-attempts': {
    status: 429,
    title: 'There were too many failed attempts',
    remedy:
      'Wait for the time in `Retry-After`, sign in from a device that you have used before, or reset the password.',
  },
  'headers-too-large': {
    status: 431,
    title: 'The headers are too large',
    remedy: 'All headers together may have up to 16 KiB.',
  },
  'internal-error': {
    status: 500,
    title: 'Something went wrong on our side',
    remedy: 'Try again later; name the value of `instance` when you report it.',
  },
  'service-unavailable': {
    status: 503,
    title: 'The service cannot answer at the moment',
    remedy: 'Try again after the time in `Retry-After`.',
  },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof catalogue;

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(catalogue, code);
}
