import { AppError } from '../../platform/errors/index.js';

/** Unknown, expired, or of a session that has ended. */
export class RefreshTokenInvalid extends AppError {
  constructor() {
    super('invalid-refresh-token');
  }
}

/** An older token of the chain was used again: either copy may be a thief's, so the session is over (RFC 9700 §4.14.2). */
export class RefreshTokenReused extends AppError {
  constructor(sessionId: string) {
    super('invalid-refresh-token', { context: { event: 'authn_token_reuse', sessionId } });
  }
}
