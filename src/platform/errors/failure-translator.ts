import type { AppError } from './app-error.js';

/** Lets a platform slice say what the errors of its library mean to a client. */
export abstract class FailureTranslator {
  /** Undefined when the error is none of its own. */
  abstract translate(thrown: unknown): AppError | undefined;
}
