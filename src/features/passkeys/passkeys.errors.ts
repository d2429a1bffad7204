import { AppError } from '../../platform/errors/index.js';

const CHALLENGE = { 'www-authenticate': 'Bearer realm="rampart"' };

interface Refusal {
  readonly reason: string;
  readonly cause?: unknown;
  /** The person whose passkey it claims to be, when that is known. */
  readonly userId?: string;
}

/** An assertion that proves nothing. Unknown passkey, suspended person, wrong answer: nobody is told which. @control A1.3 */
export class PasskeyRefused extends AppError {
  constructor({ cause, ...facts }: Refusal) {
    super('invalid-passkey', { cause, context: { event: 'authn_login_fail', ...facts }, headers: CHALLENGE });
  }
}

/** The signature is right and the counter is not new: there are two of this authenticator (Level 3 §6.1.1). */
export class PasskeyCopied extends AppError {
  constructor(facts: { readonly passkeyId: string; readonly userId: string }) {
    super('invalid-passkey', { context: { event: 'authn_passkey_clone', ...facts }, headers: CHALLENGE });
  }
}

/** The new passkey is not one that we could trust. */
export class RegistrationRefused extends AppError {
  constructor({ cause, ...facts }: Refusal) {
    super('invalid-passkey', {
      cause,
      context: { event: 'authn_passkey_registration_fail', ...facts },
      headers: CHALLENGE,
    });
  }
}
