/** OCSF 1.x `severity_id`. */
const severities = { informational: 1, low: 2, medium: 3, high: 4, critical: 5 } as const;

type Severity = keyof typeof severities;

/** OCSF 1.x classes that our events are of: `class_uid`. */
export const ocsfClasses = {
  accountChange: 3001,
  authentication: 3002,
  entityManagement: 3004,
  userAccess: 3005,
  apiActivity: 6003,
  lifecycle: 6002,
  finding: 2004,
} as const;

/** What an event means to whoever collects events of many products. */
interface EventKind {
  readonly ocsf: keyof typeof ocsfClasses;
  /** OCSF `activity_id` within the class; 99 is "other". */
  readonly activity: number;
  readonly severity: Severity;
  readonly outcome: 'success' | 'failure';
}

/** Activities of OCSF classes, as the standard numbers them. */
const CREATE = 1;
const READ = 2;
const UPDATE = 3;
const DELETE = 4;
const LOGON = 1;
const LOGOFF = 2;
const TICKET = 3;
const PASSWORD_CHANGE = 3;
const ACCOUNT_DELETE = 6;
const LOCK = 9;
const FACTOR_ON = 10;
const FACTOR_OFF = 11;
const OTHER = 99;

function success(ocsf: EventKind['ocsf'], activity: number, severity: Severity = 'informational'): EventKind {
  return { ocsf, activity, severity, outcome: 'success' };
}

function failure(ocsf: EventKind['ocsf'], activity: number, severity: Severity): EventKind {
  return { ocsf, activity, severity, outcome: 'failure' };
}

/**
 * Every security event there is: names of the OWASP Logging Vocabulary, and in its manner where it has none. One catalogue for
 * audit trail, log, detection and collectors; a name that is not here does not compile. @control B11.1 A6.1
 */
export const eventCatalogue = {
  // Signing in, and what it rests on.
  authn_login_success: success('authentication', LOGON),
  authn_login_fail: failure('authentication', LOGON, 'low'),
  authn_login_fail_max: failure('authentication', LOGON, 'medium'),
  authn_login_lock: failure('accountChange', LOCK, 'medium'),
  authn_mfa_fail: failure('authentication', LOGON, 'low'),
  authn_step_up: success('authentication', LOGON),
  authn_password_change: success('accountChange', PASSWORD_CHANGE, 'low'),
  authn_mfa_enrolled: success('accountChange', FACTOR_ON, 'low'),
  authn_mfa_removed: success('accountChange', FACTOR_OFF, 'medium'),
  authn_passkey_registration_fail: failure('accountChange', FACTOR_ON, 'low'),
  authn_passkey_clone: failure('authentication', LOGON, 'critical'),

  // Tokens and keys.
  authn_token_created: success('authentication', TICKET),
  authn_token_revoked: success('authentication', OTHER),
  authn_token_invalid: failure('authentication', TICKET, 'low'),
  authn_token_repeated: failure('authentication', TICKET, 'low'),
  authn_token_reuse: failure('authentication', TICKET, 'high'),
  authn_token_in_url: failure('authentication', TICKET, 'medium'),

  // Sessions.
  session_created: success('authentication', LOGON),
  session_ended: success('authentication', LOGOFF),

  // What somebody may do.
  authz_fail: failure('apiActivity', OTHER, 'medium'),
  authz_change: success('userAccess', OTHER, 'medium'),
  authz_admin: success('userAccess', OTHER, 'high'),
  authz_review_stated: success('entityManagement', CREATE, 'low'),
  authz_review_confirmed: success('entityManagement', UPDATE, 'low'),

  // Accounts.
  user_created: success('accountChange', CREATE, 'low'),
  user_updated: success('accountChange', OTHER, 'low'),
  user_deleted: success('accountChange', ACCOUNT_DELETE, 'medium'),

  // Clinical and personal data.
  sensitive_create: success('apiActivity', CREATE),
  sensitive_read: success('apiActivity', READ),
  sensitive_reveal: success('apiActivity', READ, 'medium'),
  sensitive_update: success('apiActivity', UPDATE),
  sensitive_delete: success('apiActivity', DELETE, 'medium'),
  sensitive_export: success('apiActivity', READ, 'medium'),
  audit_read: success('apiActivity', READ, 'low'),

  // Keys and ciphertexts.
  crypt_decrypt_fail: failure('finding', CREATE, 'critical'),
  crypt_key_created: success('entityManagement', CREATE, 'low'),
  crypt_key_rotated: success('entityManagement', UPDATE, 'medium'),
  crypt_key_destroyed: success('entityManagement', DELETE, 'high'),

  // Abuse.
  excess_rate_limit_exceeded: failure('apiActivity', OTHER, 'medium'),
  input_validation_fail: failure('apiActivity', OTHER, 'low'),
  malicious_extraneous: failure('apiActivity', OTHER, 'medium'),
  malicious_cors: failure('apiActivity', OTHER, 'low'),
  malicious_excess_404: failure('finding', CREATE, 'medium'),
  malicious_attack_tool: failure('finding', CREATE, 'high'),
  malicious_direct_reference: failure('finding', CREATE, 'high'),
  security_alert: failure('finding', CREATE, 'medium'),
  outbound_destination_refused: failure('apiActivity', OTHER, 'high'),

  // The system itself.
  sys_startup: success('lifecycle', 3),
  sys_shutdown: success('lifecycle', 4),
  sys_job_fail: failure('lifecycle', OTHER, 'high'),
  sys_audit_broken: failure('finding', CREATE, 'critical'),
  sys_collector_lost: failure('lifecycle', OTHER, 'high'),
  sys_collector_restored: success('lifecycle', OTHER, 'low'),
  sys_throttle_lost: failure('lifecycle', OTHER, 'high'),
  sys_throttle_restored: success('lifecycle', OTHER, 'low'),
  pwned_passwords_unavailable: failure('lifecycle', OTHER, 'medium'),
} as const satisfies Record<string, EventKind>;

export type EventName = keyof typeof eventCatalogue;

export function kindOf(name: EventName): EventKind {
  return eventCatalogue[name];
}

export function isEventName(name: string): name is EventName {
  return Object.hasOwn(eventCatalogue, name);
}

export function severityIdOf(name: EventName): number {
  return severities[kindOf(name).severity];
}
