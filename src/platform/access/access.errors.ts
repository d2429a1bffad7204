import type { EventName } from '../audit/index.js';
import { AppError } from '../errors/index.js';
import type { Actor } from './actor.js';
import { STEP_UP_MAX_AGE_S } from './step-up.js';

/** The highest level that the person can reach: with a second factor, if they have one. */
const ACR_HIGHEST = 'urn:rampart:acr:highest';

interface UnauthenticatedFacts {
  /** For the log; the client is never told why a credential was refused. */
  readonly reason: string;
  readonly cause?: unknown;
  /** When it is a sign of an attack: OWASP Logging Vocabulary. */
  readonly event?: EventName;
  /** The public part of an API key. */
  readonly keyId?: string;
}

/**
 * No credential: the plain challenge (RFC 9110 §11.6.1). A refused one: `error="invalid_token"` (RFC 6750 §3.1).
 * @control B3.4
 */
export class Unauthenticated extends AppError {
  constructor({ cause, ...facts }: UnauthenticatedFacts) {
    const challenge =
      facts.reason === 'no-credential' ? 'Bearer realm="rampart"' : 'Bearer realm="rampart", error="invalid_token"';
    super('unauthenticated', { cause, context: facts, headers: { 'www-authenticate': challenge } });
  }
}

/** The key opens nothing. The answer is the one to any refused credential, whatever the reason. @control A4.1 */
export class ApiKeyRefused extends Unauthenticated {
  constructor(facts: { readonly reason: string; readonly keyId?: string }) {
    super({ ...facts, event: 'authn_token_invalid' });
  }
}

/** A credential in the URL, or two of them on one request. */
export class CredentialMisplaced extends AppError {
  constructor(reason: 'credential-in-url' | 'two-credentials') {
    const event = reason === 'credential-in-url' ? 'authn_token_in_url' : 'malicious_extraneous';
    super('malformed-request', { context: { event, reason } });
  }
}

/** The route is for people: accounts, and whatever asks for a fresh proof, which a program cannot give. @control A4.5 */
export class PersonRequired extends AppError {
  constructor(kind: string) {
    super('forbidden', { context: { event: 'authz_fail', reason: 'person-required', kind } });
  }
}

/** The caller is known and may not do this (RFC 6750 §3.1, `insufficient_scope`). */
export class PermissionMissing extends AppError {
  constructor(permission: string) {
    super('forbidden', {
      context: { event: 'authz_fail', reason: 'permission-missing', permission },
      headers: { 'www-authenticate': `Bearer realm="rampart", error="insufficient_scope", scope="${permission}"` },
    });
  }
}

/** The route does not say who may call it. The start-up check makes this unreachable; the guard denies all the same. */
export class AccessUndeclared extends AppError {
  constructor() {
    super('forbidden', { context: { event: 'authz_fail', reason: 'access-undeclared' } });
  }
}

/** The role asks for a second factor that the caller does not have: nothing but enrolment is open to them. @control A1.2 */
export class SecondFactorMissing extends AppError {
  constructor() {
    super('second-factor-required', { context: { event: 'authz_fail', reason: 'second-factor-missing' } });
  }
}

/** The proof is too old or too weak for this operation (RFC 9470 §3). @control A1.5 */
export class StepUpRequired extends AppError {
  constructor() {
    const challenge = [
      'Bearer realm="rampart"',
      'error="insufficient_user_authentication"',
      'error_description="A more recent authentication is required"',
      `acr_values="${ACR_HIGHEST}"`,
      `max_age="${STEP_UP_MAX_AGE_S}"`,
    ].join(', ');
    super('step-up-required', { headers: { 'www-authenticate': challenge } });
  }
}

/** A credential that may be stolen: it is used from where its organization does not work. @control B14.1 */
export class NetworkNotAllowed extends AppError {
  constructor(reason: string, { id, organizationId, ip }: Actor) {
    super('network-not-allowed', { context: { event: 'authz_fail', reason, actor: id, organizationId, ip } });
  }
}
