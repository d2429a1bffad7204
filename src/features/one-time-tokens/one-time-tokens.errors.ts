import { AppError } from '../../platform/errors/index.js';
import type { OneTimePurpose } from './one-time-kind.js';

/** Unknown, used, expired, void, or of another purpose: nobody is told which. */
export class OneTimeTokenInvalid extends AppError {
  constructor(purpose: OneTimePurpose) {
    super('invalid-token', { context: { event: 'authn_token_invalid', purpose } });
  }
}
