/** What detection points count. Refusals give some of them (refusal-signals.ts), security events the others (event-signals.ts). */
export const signalKinds = [
  'method-unexpected',
  'path-unknown',
  'honeypot-touched',
  'honey-key-used',
  'field-surplus',
  'field-missing',
  'field-too-long',
  'field-of-wrong-type',
  'field-outside-list',
  'body-malformed',
  'body-too-large',
  'script-injection',
  'sql-injection',
  'line-break-in-address',
  'double-encoding',
  'permission-missing',
  'object-unknown',
  'object-unknown-in-write',
  'limit-exceeded',
  'origin-refused',
  'network-refused',
  'sign-in-failed',
  'sign-in-as-common-name',
  'sign-in-throttled',
  'signed-in',
  'signed-out',
  'token-forged',
  'token-reused',
  'token-repeated',
  'session-used',
  'key-refused',
  'key-used',
  'account-suspended',
  'records-read',
] as const;

export type SignalKind = (typeof signalKinds)[number];

/** Something that happened once, with whom and what it can be counted by. */
export interface Signal {
  readonly kind: SignalKind;
  /** Client address. */
  readonly ip?: string | undefined;
  /** Who called, when they had proved it: `user:<id>`, `api-key:<id>`. */
  readonly principal?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly organizationId?: string | undefined;
  /** The account that it was aimed at. */
  readonly account?: string | undefined;
  /** A name for the account that was claimed, whether or not there is one. */
  readonly claimed?: string | undefined;
  /** How much it counts: the number of records that were read. Default 1. */
  readonly weight?: number;
}
