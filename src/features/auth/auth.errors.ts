import { AppError } from '../../platform/errors/index.js';

/** Wrong password, unknown account, suspended account: one error, so that nobody learns which. @control A1.3 B8.3 */
export class InvalidCredentials extends AppError {
  constructor() {
    super('invalid-credentials', { headers: { 'www-authenticate': 'Bearer realm="rampart"' } });
  }
}

/** The person is who they say, but belongs to no organization, or not to the one they asked for. */
export class NotAMember extends AppError {
  constructor() {
    super('forbidden', { context: { reason: 'not-a-member' } });
  }
}
