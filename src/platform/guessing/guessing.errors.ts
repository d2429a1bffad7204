import { AppError } from '../errors/index.js';

interface Denial {
  readonly kind: string;
  readonly reason: string;
  readonly retryAfterSeconds: number;
}

/** RFC 6585 §4. The same for accounts that exist and for those that do not. @control A1.3 */
export class TooManyAttempts extends AppError {
  constructor({ kind, reason, retryAfterSeconds }: Denial) {
    // Whoever waits gets in; at the hard stop nobody does until the password is reset.
    const event = reason === 'hard-stop' ? 'authn_login_lock' : 'authn_login_fail_max';
    super('too-many-attempts', {
      context: { event, subject: kind, reason },
      headers: { 'retry-after': String(retryAfterSeconds) },
    });
  }
}
