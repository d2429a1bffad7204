import { AppError, ValidationFailed } from '../../platform/errors/index.js';

/** Wrong password, unknown account, suspended account: one error, so that nobody learns which. The event is that of `Passwords`. @control A1.3 B8.3 */
export class InvalidCredentials extends AppError {
  constructor() {
    super('invalid-credentials', {
      headers: { 'www-authenticate': 'Bearer realm="rampart"' },
    });
  }
}

/** The person is who they say, but belongs to no organization, or not to the one they asked for. */
export class NotAMember extends AppError {
  constructor() {
    super('forbidden', { context: { event: 'authz_fail', reason: 'not-a-member' } });
  }
}

/** The proof that the caller has to give is another one: the highest that they can reach. */
export class ProofMissing extends ValidationFailed {
  constructor(field: 'password' | 'code' | 'method') {
    super([{ pointer: `#/${field}`, code: 'is-defined', message: `${field} should not be null or undefined` }]);
  }
}
