import type { ColumnOf, Model } from '../data-classes/index.js';
import { MOST_CONSECUTIVE } from '../guessing/index.js';
import type { RetentionConfig } from './retention.config.js';

/** Rows whose time has come: one of the columns lies further back than the period. */
export interface Expiry<Column = string> {
  readonly after: readonly Column[];
  /** Without one: as soon as the time is past. */
  readonly period?: keyof RetentionConfig['values'];
  /** SQL of ours: rows that stay all the same. */
  readonly unless?: string;
}

/** How the rows of a person are found, for an export: by their id, or by that of a row which is theirs. */
interface Ownership<Column = string> {
  readonly by: Column;
  readonly through?: Model;
}

interface Policy<Column = string> {
  /** When rows are deleted, or why they are kept until somebody deletes them. */
  readonly retention: Expiry<Column> | string;
  readonly person?: Ownership<Column>;
  /** Rows that stay when their person is erased, without the link to the account; the others go with the account. */
  readonly survivesErasure?: string;
  /** Columns that tell of a person whose export does not have these rows, and why. */
  readonly withheld?: Partial<Record<Column & string, string>>;
}

const WITH_ACCOUNT = 'goes with its account';
const STAFF = 'what somebody did as staff belongs to the record, and to the organization';
// example: begin
const RECORD = 'a medical record: kept for as long as the law asks the organization to, which deletes it by itself';
const DUTY = 'the organization has to keep it (GDPR art. 17(3)(b, c))';
// example: end

/**
 * What becomes of the rows of every model: how long they stay, whose they are, and what an erasure does. A model that is missing
 * here does not compile. `docs/data-map.md` shows it beside the classes of the columns. @control A11.2 B7.5
 */
const dataPolicy = {
  ApiKey: {
    retention: { after: ['expiresAt', 'revokedAt'], period: 'RETENTION_API_KEYS_DAYS' },
    person: { by: 'createdById' },
  },
  AuditEvent: {
    retention: 'the chain of seals would break; an organization ends it by destroying its keys',
    withheld: {
      actorId: 'the security record of the organization, which answers from it: docs/recipes',
      ip: 'as above',
      changes: 'as above',
    },
  },
  AuditSeal: { retention: 'as long as what it seals' },
  // example: begin
  BreakGlass: {
    retention: { after: ['expiresAt'], period: 'RETENTION_BREAK_GLASS_DAYS' },
    person: { by: 'patientId', through: 'Patient' },
    withheld: { clinicianId: STAFF },
  },
  CareAssignment: {
    retention: 'goes with its patient',
    person: { by: 'patientId', through: 'Patient' },
    withheld: { clinicianId: STAFF },
  },
  // example: end
  DataKey: { retention: 'whatever it has encrypted names it; destroyed by hand' },
  GuessCounter: {
    // One that has come to its end stays: waiting does not open it.
    retention: {
      after: ['lastFailureAt'],
      period: 'RETENTION_GUESSES_DAYS',
      unless: `"consecutive" >= ${MOST_CONSECUTIVE}`,
    },
    withheld: { key: 'a hash: nobody can be found by it' },
  },
  IdempotencyKey: {
    retention: { after: ['expiresAt'] },
    withheld: { answer: 'a copy, for a day, of an answer that its caller has had' },
  },
  IpRule: { retention: 'until an owner deletes it', withheld: { createdById: STAFF } },
  KnownDevice: { retention: { after: ['lastSeenAt'], period: 'RETENTION_DEVICES_DAYS' }, person: { by: 'userId' } },
  // example: begin
  MedicalRecord: {
    retention: RECORD,
    person: { by: 'patientId', through: 'Patient' },
    survivesErasure: DUTY,
    withheld: { authorId: STAFF },
  },
  // example: end
  Membership: { retention: WITH_ACCOUNT, person: { by: 'userId' } },
  OneTimeToken: { retention: { after: ['expiresAt'] }, person: { by: 'userId' } },
  Organization: { retention: 'until an operator deletes it' },
  OwnerProposal: {
    retention: { after: ['expiresAt'] },
    person: { by: 'userId' },
    withheld: { proposedById: 'about the other one; in both exports as memberships' },
  },
  Passkey: { retention: WITH_ACCOUNT, person: { by: 'userId' } },
  // example: begin
  Patient: { retention: RECORD, person: { by: 'userId' }, survivesErasure: DUTY },
  // example: end
  Recertification: {
    retention: 'as long as its organization, whose proof it is that access was looked at',
    withheld: { statedById: STAFF, confirmedById: STAFF },
  },
  RecoveryCode: { retention: WITH_ACCOUNT, person: { by: 'userId' } },
  RefreshToken: {
    retention: { after: ['expiresAt'], period: 'RETENTION_SESSIONS_DAYS' },
    person: { by: 'sessionId', through: 'Session' },
  },
  RouteUse: { retention: 'one row for each route, of no person: the age of the last use is what it is for' },
  SecurityAlert: {
    retention: { after: ['occurredAt'], period: 'RETENTION_ALERTS_DAYS' },
    withheld: { subject: 'the security record of the organization, which answers from it: docs/recipes' },
  },
  SecurityMeasure: {
    retention: { after: ['expiresAt'], period: 'RETENTION_ALERTS_DAYS' },
    withheld: { subject: 'as with alerts', liftedById: STAFF },
  },
  Session: {
    retention: { after: ['expiresAt', 'revokedAt'], period: 'RETENTION_SESSIONS_DAYS' },
    person: { by: 'userId' },
  },
  TotpFactor: { retention: WITH_ACCOUNT, person: { by: 'userId' } },
  User: { retention: 'until its person has it erased', person: { by: 'id' } },
} as const satisfies { readonly [M in Model]: Policy<ColumnOf<M>> };

/** By model, as the code that walks over all of them sees it. */
export const policies: ReadonlyMap<string, Policy> = new Map<string, Policy>(Object.entries(dataPolicy));
