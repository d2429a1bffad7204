import { HttpException } from '@nestjs/common';
import { AppError } from './app-error.js';
import { catalogue, isErrorCode, type ErrorCode } from './catalogue.js';

/** Fastify's own refusals carry the status in the error; only these may pass, all others are ours to hide. */
const codeByStatus: ReadonlyMap<number, ErrorCode> = new Map(
  Object.entries(catalogue).flatMap(([code, { status }]) =>
    isErrorCode(code) && status < 500 ? [[status, code]] : [],
  ),
);

/** Several codes share a status; these are the ones that the server itself means by it. */
const codeOfServer: ReadonlyMap<number, ErrorCode> = new Map([
  ...codeByStatus,
  [400, 'malformed-request'],
  [401, 'unauthenticated'],
  [403, 'forbidden'],
  [429, 'quota-exceeded'],
]);

/**
 * Turns whatever was thrown into an error of the catalogue: ours as it is, the framework's by its status,
 * anything else as an internal error whose text is constant (fails closed). @control B8.1 B8.2
 */
export function classifyError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const status = statusOf(thrown);
  const code = status === undefined ? undefined : codeOfServer.get(status);
  return new AppError(code ?? 'internal-error', { cause: thrown });
}

function statusOf(thrown: unknown): number | undefined {
  if (thrown instanceof HttpException) return thrown.getStatus();
  if (!(thrown instanceof Error) || !isFromFastify(thrown)) return undefined;
  return 'statusCode' in thrown && typeof thrown.statusCode === 'number' ? thrown.statusCode : undefined;
}

/** A library's error with a `statusCode` of its own must not choose our answer: an HTTP client's 404 is our 500. */
function isFromFastify(error: Error): boolean {
  if ('code' in error && typeof error.code === 'string' && error.code.startsWith('FST_ERR_')) return true;
  // secure-json-parse and JSON.parse: Fastify sets the status, the class stays SyntaxError.
  return error instanceof SyntaxError;
}
