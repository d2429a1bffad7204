import { AppError } from '../errors/index.js';

/** Something was noticed about this address or this caller; what, is not told. @control B12.2 */
export class TemporarilyBlocked extends AppError {
  constructor(retryAfterSeconds: number) {
    super('temporarily-blocked', { headers: { 'retry-after': String(retryAfterSeconds) } });
  }
}
