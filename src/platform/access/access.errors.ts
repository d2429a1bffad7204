import { AppError } from '../errors/index.js';

interface UnauthenticatedFacts {
  /** For the log; the client is never told why a credential was refused. */
  readonly reason: string;
  readonly cause?: unknown;
}

/**
 * No credential: the plain challenge (RFC 9110 §11.6.1). A refused one: `error="invalid_token"` (RFC 6750 §3.1).
 * @control B3.4
 */
export class Unauthenticated extends AppError {
  constructor({ reason, cause }: UnauthenticatedFacts) {
    const challenge =
      reason === 'no-credential' ? 'Bearer realm="rampart"' : 'Bearer realm="rampart", error="invalid_token"';
    super('unauthenticated', { cause, context: { reason }, headers: { 'www-authenticate': challenge } });
  }
}

/** The caller is known and may not do this (RFC 6750 §3.1, `insufficient_scope`). */
export class PermissionMissing extends AppError {
  constructor(permission: string) {
    super('forbidden', {
      context: { permission },
      headers: { 'www-authenticate': `Bearer realm="rampart", error="insufficient_scope", scope="${permission}"` },
    });
  }
}

/** The route does not say who may call it. The start-up check makes this unreachable; the guard denies all the same. */
export class AccessUndeclared extends AppError {
  constructor() {
    super('forbidden', { context: { reason: 'access-undeclared' } });
  }
}
