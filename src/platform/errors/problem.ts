import type { FastifyReply } from 'fastify';
import type { AppError, FieldError } from './app-error.js';
import { catalogue, type ErrorCode } from './catalogue.js';

export const PROBLEM_CONTENT_TYPE = 'application/problem+json';

/** RFC 9457 problem details. `instance` names this occurrence: quote it, and we find it in the log. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly instance: string;
  readonly errors?: readonly FieldError[];
}

interface Occurrence {
  readonly publicUrl: string;
  readonly requestId: string;
  readonly fields?: readonly FieldError[];
}

export function problemOf(code: ErrorCode, occurrence: Occurrence): Problem {
  const { status, title } = catalogue[code];
  const fields = occurrence.fields ?? [];
  return {
    type: `${occurrence.publicUrl}/errors/${code}`,
    title,
    status,
    code,
    instance: `urn:uuid:${occurrence.requestId}`,
    ...(fields.length > 0 && { errors: fields }),
  };
}

/** Said by or for a handler that did what it was asked: not of a version that nobody was shown, nor to who stays signed in. */
const OF_SUCCESS = ['etag', 'clear-site-data'];

/** What every failure ends as, whoever has noticed it: filter, router or the second listener. @control B8.1 */
export function sendProblem(reply: FastifyReply, { code, status, fields, headers }: AppError, publicUrl: string): void {
  const problem = problemOf(code, { publicUrl, requestId: reply.request.id, fields });
  for (const name of OF_SUCCESS) void reply.removeHeader(name);
  void reply.status(status).headers(headers).type(PROBLEM_CONTENT_TYPE).send(JSON.stringify(problem));
}
