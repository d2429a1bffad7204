import type { EventName } from '../audit/index.js';
import type { Signal, SignalKind } from './signal.js';

/** What signals are counted by. */
export type SubjectKind = 'address' | 'principal' | 'account' | 'everybody';

/**
 * What follows, besides the event and the alert, which always do:
 * - slow-down: each request of the subject waits;
 * - step-up: the session must prove again who its person is;
 * - revoke-session: the session ends;
 * - block: the subject is refused.
 * All but the end of a session last for a time and can be taken back.
 */
export type Reaction = 'slow-down' | 'step-up' | 'revoke-session' | 'block';

export interface DetectionPoint {
  /** For people: what it is a sign of. */
  readonly title: string;
  readonly severity: 'low' | 'medium' | 'high';
  readonly signals: readonly SignalKind[];
  readonly by: SubjectKind;
  /** Different values of this count, not signals. */
  readonly distinct?: 'account' | 'network' | 'ip';
  readonly threshold: number;
  readonly windowSeconds: number;
  readonly reactions: readonly Reaction[];
  /**
   * Nobody who uses the API comes across it by accident: an address is blocked for it even when others work from there too.
   */
  readonly isUnmistakable?: boolean;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function per(by: SubjectKind, signals: SignalKind | readonly SignalKind[], threshold: number, windowSeconds: number) {
  return { by, signals: typeof signals === 'string' ? [signals] : signals, threshold, windowSeconds };
}

function point(
  title: string,
  severity: DetectionPoint['severity'],
  counted: ReturnType<typeof per>,
  reactions: readonly Reaction[],
): DetectionPoint {
  return { title, severity, ...counted, reactions };
}

/**
 * What is watched for: the points of OWASP AppSensor (Detection Points v2) under their ids. A threshold is a number of signals
 * of one subject within a window, and DETECTION_THRESHOLDS changes it. @control B12.1
 */
export const detectionPoints = {
  RE1: point('Methods that no route has', 'low', per('address', 'method-unexpected', 20, 5 * MINUTE), ['slow-down']),
  RE2: point(
    'Methods that no route has, tried by somebody who is signed in',
    'medium',
    per('principal', 'method-unexpected', 20, 5 * MINUTE),
    ['step-up'],
  ),
  RE5: point('Fields that no request has', 'medium', per('principal', 'field-surplus', 20, 10 * MINUTE), ['slow-down']),
  RE6: point('Requests with fields left out', 'low', per('principal', 'field-missing', 60, 10 * MINUTE), ['slow-down']),
  RE7: point('Values of another length than is asked for', 'low', per('principal', 'field-too-long', 40, 10 * MINUTE), [
    'slow-down',
  ]),
  RE8: point(
    'Values of other types, and bodies that do not parse',
    'low',
    per('address', ['field-of-wrong-type', 'body-malformed'], 60, 10 * MINUTE),
    ['slow-down'],
  ),
  AE1: {
    ...point(
      'Wrong passwords for many accounts from one address: stuffing or spraying',
      'high',
      per('address', 'sign-in-failed', 10, 15 * MINUTE),
      ['block'],
    ),
    distinct: 'account',
  },
  AE2: point(
    'Many wrong passwords or codes for one account',
    'medium',
    per('account', 'sign-in-failed', 10, 15 * MINUTE),
    [],
  ),
  // Slow enough for every limit, and for AE2.
  'AE2-SLOW': point(
    'Wrong passwords or codes for one account, over a day',
    'high',
    per('account', 'sign-in-failed', 20, DAY),
    [],
  ),
  AE3: point('Attempts to sign in at a high rate', 'medium', per('address', 'sign-in-throttled', 20, 15 * MINUTE), [
    'slow-down',
  ]),
  AE12: point('Names of accounts that everybody tries', 'medium', per('address', 'sign-in-as-common-name', 5, HOUR), [
    'slow-down',
  ]),
  // The session ends where the reuse is found (features/sessions).
  SE4: point('A refresh token that was used before: it was copied', 'high', per('account', 'token-reused', 1, DAY), []),
  SE5: {
    ...point('One session from many networks', 'medium', per('principal', 'session-used', 4, 10 * MINUTE), ['step-up']),
    distinct: 'network',
  },
  SE6: point(
    'Refresh tokens that are sent twice, or from another device',
    'medium',
    per('account', 'token-repeated', 5, 10 * MINUTE),
    [],
  ),
  ACE1: point(
    'Ids that are not there: somebody walks through them',
    'medium',
    per('principal', 'object-unknown', 30, 10 * MINUTE),
    ['slow-down'],
  ),
  ACE2: point(
    'Changes of what is not there, or not theirs',
    'high',
    per('principal', 'object-unknown-in-write', 15, 10 * MINUTE),
    ['step-up'],
  ),
  ACE3: point(
    'Routes that are not open to the caller, one after the other',
    'high',
    per('principal', 'permission-missing', 20, 10 * MINUTE),
    ['revoke-session'],
  ),
  IE1: point('Scripts in input', 'medium', per('address', 'script-injection', 5, 10 * MINUTE), ['block']),
  IE2: point('Values that no list of ours has', 'low', per('principal', 'field-outside-list', 30, 10 * MINUTE), [
    'slow-down',
  ]),
  IE4: point('Tokens that somebody has made or altered', 'high', per('address', 'token-forged', 20, 10 * MINUTE), [
    'slow-down',
  ]),
  EE1: point('Addresses that are encoded twice', 'medium', per('address', 'double-encoding', 5, 10 * MINUTE), [
    'slow-down',
  ]),
  CIE1: point('SQL in input', 'medium', per('address', 'sql-injection', 5, 10 * MINUTE), ['block']),
  CIE4: point('Line breaks in addresses', 'medium', per('address', 'line-break-in-address', 5, 10 * MINUTE), [
    'slow-down',
  ]),
  FIO1: point('Bodies that are too large', 'low', per('address', 'body-too-large', 10, 10 * MINUTE), ['slow-down']),
  HT2: {
    ...point('A trap that no page of ours leads to', 'medium', per('address', 'honeypot-touched', 3, 10 * MINUTE), [
      'block',
    ]),
    isUnmistakable: true,
  },
  HT3: {
    ...point('A planted API key', 'high', per('address', 'honey-key-used', 1, DAY), ['block']),
    isUnmistakable: true,
  },
  UT1: point(
    'Somebody who goes beyond a limit again and again',
    'medium',
    per('principal', 'limit-exceeded', 200, 5 * MINUTE),
    ['slow-down'],
  ),
  UT2: point(
    'Requests faster than limits allow, from one address',
    'medium',
    per('address', 'limit-exceeded', 500, 5 * MINUTE),
    ['slow-down'],
  ),
  UT4: point(
    'More clinical records than a person reads in a day of work',
    'high',
    per('principal', 'records-read', 2000, HOUR),
    ['step-up'],
  ),
  STE1: point('Unusually many people sign out', 'low', per('everybody', 'signed-out', 500, 5 * MINUTE), []),
  STE2: point('Unusually many people sign in', 'medium', per('everybody', 'signed-in', 1000, 5 * MINUTE), []),
  STE3: {
    ...point(
      'Wrong passwords from many addresses: a distributed attack',
      'high',
      per('everybody', 'sign-in-failed', 200, 15 * MINUTE),
      [],
    ),
    distinct: 'ip',
  },
  RP1: point(
    'Credentials from networks that their organization does not allow',
    'high',
    per('principal', 'network-refused', 5, HOUR),
    [],
  ),
  RP2: point('Pages of other sites that call the API', 'medium', per('address', 'origin-refused', 20, 10 * MINUTE), []),
  'KEY-NETWORKS': {
    ...point(
      'One API key from many networks: it is shared or stolen',
      'high',
      per('principal', 'key-used', 4, DAY),
      [],
    ),
    distinct: 'network',
  },
  'KEY-REFUSED': point(
    'API keys that are wrong, revoked or expired',
    'medium',
    per('address', 'key-refused', 10, 10 * MINUTE),
    ['slow-down'],
  ),
  SUSPENDED: point(
    'Somebody tries to use a suspended account',
    'medium',
    per('account', 'account-suspended', 3, HOUR),
    [],
  ),
  SCAN: point(
    'Paths that are not there: somebody looks for what is',
    'medium',
    per('address', 'path-unknown', 30, 5 * MINUTE),
    ['block'],
  ),
} satisfies Record<string, DetectionPoint>;

export type PointId = keyof typeof detectionPoints;

export function isPointId(text: string): text is PointId {
  return Object.hasOwn(detectionPoints, text);
}

export const pointIds: readonly PointId[] = Object.keys(detectionPoints).filter(isPointId);

/** The names that the OWASP Logging Vocabulary has for what is noticed; of the rest the event says that there is an alert. */
const EVENTS: Partial<Record<PointId, EventName>> = {
  RE1: 'malicious_attack_tool',
  RE5: 'malicious_extraneous',
  ACE1: 'malicious_direct_reference',
  ACE2: 'malicious_direct_reference',
  IE1: 'malicious_attack_tool',
  EE1: 'malicious_attack_tool',
  CIE1: 'malicious_attack_tool',
  CIE4: 'malicious_attack_tool',
  HT2: 'malicious_attack_tool',
  SCAN: 'malicious_excess_404',
};

/** What the audit trail calls a detection of this point. */
export function eventOf(id: PointId): EventName {
  return EVENTS[id] ?? 'security_alert';
}

/** The points that a kind of signal counts for. */
export function pointsOf(kind: Signal['kind']): readonly PointId[] {
  return pointIds.filter((id) => detectionPoints[id].signals.some((signal) => signal === kind));
}
