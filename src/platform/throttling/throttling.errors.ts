import { AppError, ServiceUnavailable } from '../errors/index.js';

interface Excess {
  readonly holder: string;
  readonly budgetClass: string;
  readonly retryAfterSeconds: number;
  /** The request that went over it; those that follow in the same window are no news. */
  readonly isFirst: boolean;
}

/** RFC 6585 §4; draft-ietf-httpapi-ratelimit-headers-11, problem type "quota-exceeded". @control B6.3 */
export class QuotaExceeded extends AppError {
  constructor({ holder, budgetClass, retryAfterSeconds, isFirst }: Excess) {
    super('quota-exceeded', {
      context: { holder, budgetClass, ...(isFirst && { event: 'excess_rate_limit_exceeded' }) },
      headers: { 'retry-after': String(retryAfterSeconds) },
    });
  }
}

/** Nobody could say how often this has been tried: what could be guessed stays closed. @control A7.2 B6.4 */
export class CountersUnavailable extends ServiceUnavailable {}
