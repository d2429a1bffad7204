import { Unauthenticated } from '../../platform/access/index.js';
import { AppError } from '../../platform/errors/index.js';
import type { SuspectedSession } from './sessions.repository.js';

/** RFC 9110 §15.5.2: a 401 says how to authenticate. */
const CHALLENGE = { 'www-authenticate': 'Bearer realm="rampart", error="invalid_token"' };

/** Unknown, expired, or of a session that has ended. */
export class RefreshTokenInvalid extends AppError {
  constructor() {
    super('invalid-refresh-token', { context: { event: 'authn_token_invalid' }, headers: CHALLENGE });
  }
}

/** An honest double submit: the other one got the tokens. The session lives. */
export class RefreshTokenRepeated extends AppError {
  constructor({ sessionId, userId }: SuspectedSession) {
    super('invalid-refresh-token', {
      context: { event: 'authn_token_repeated', sessionId, userId },
      headers: CHALLENGE,
    });
  }
}

/** An older token of the chain was used again: either copy may be a thief's, so the session is over (RFC 9700 §4.14.2). */
export class RefreshTokenReused extends AppError {
  constructor({ sessionId, userId }: SuspectedSession) {
    super('invalid-refresh-token', { context: { event: 'authn_token_reuse', sessionId, userId }, headers: CHALLENGE });
  }
}

/** The session ended while the request was under way. */
export class SessionOver extends Unauthenticated {
  constructor() {
    super({ reason: 'session-ended' });
  }
}
