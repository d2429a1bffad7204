import type { EventName } from '../audit/index.js';
import { catalogue, type ErrorCode } from './catalogue.js';

/** One broken rule of one field. Never holds the value that broke it. @control B8.4 */
export interface FieldError {
  /** RFC 6901 JSON pointer in URI fragment form: `#/givenName`. */
  readonly pointer: string;
  /** Stable name of the rule, for programs: `max-length`. */
  readonly code: string;
  /** The rule, for people. */
  readonly message: string;
}

/** Facts for the log, never for the client. An error with an `event` is noted in the audit trail; `reason` is a literal of ours. */
type Context = Readonly<Record<string, unknown>> & { readonly event?: EventName; readonly reason?: string };

interface AppErrorOptions {
  /** The internal cause: goes to the log, never to the client. */
  readonly cause?: unknown;
  readonly context?: Context;
  readonly fields?: readonly FieldError[];
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * The one kind of error that reaches a client as itself. Everything a client sees follows from the catalogue code;
 * message, cause and context stay inside. Features throw subclasses that state the fact (`RefreshTokenReused`).
 */
export class AppError extends Error {
  readonly status: number;
  readonly context: Context;
  readonly fields: readonly FieldError[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    readonly code: ErrorCode,
    options: AppErrorOptions = {},
  ) {
    super(catalogue[code].title, { cause: options.cause });
    this.name = new.target.name;
    this.status = catalogue[code].status;
    this.context = options.context ?? {};
    this.fields = options.fields ?? [];
    this.headers = options.headers ?? {};
  }
}

/** The request has a field that is missing, unknown or not of the documented form. */
export class ValidationFailed extends AppError {
  constructor(fields: readonly FieldError[]) {
    super('validation-failed', { fields });
  }
}

/** There is nothing under this id that the caller may see. @control A1.4 */
export class ResourceNotFound extends AppError {
  constructor() {
    super('not-found');
  }
}

/** A limit of ours is reached, or something we depend on is away: the same request may work later. */
export class ServiceUnavailable extends AppError {
  constructor(options: Pick<AppErrorOptions, 'cause' | 'context'> & { readonly retryAfterSeconds?: number } = {}) {
    super('service-unavailable', {
      ...options,
      headers: { 'retry-after': String(options.retryAfterSeconds ?? 1) },
    });
  }
}
