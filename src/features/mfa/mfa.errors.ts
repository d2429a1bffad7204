import { AppError } from '../../platform/errors/index.js';

const CHALLENGE = { 'www-authenticate': 'Bearer realm="rampart"' };

/** Wrong, used before, or of a challenge that is over: nobody is told which. */
export class CodeRefused extends AppError {
  constructor() {
    super('invalid-code', { context: { event: 'authn_mfa_fail' }, headers: CHALLENGE });
  }
}

/** There is a confirmed authenticator already: it has to be removed first. */
export class AlreadyEnrolled extends AppError {
  constructor() {
    super('conflict', { context: { reason: 'already-enrolled' } });
  }
}

/** The role needs a second factor, and this is the only one. */
export class LastFactor extends AppError {
  constructor() {
    super('conflict', { context: { reason: 'last-factor' } });
  }
}
