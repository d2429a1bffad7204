import { v7 } from 'uuid';
import { isUUID } from 'class-validator';
import { currentRequest, type RequestContext } from '../telemetry/index.js';
import { kindOf, type EventName } from './event-catalogue.js';

type Literal = string | number | boolean | null;

/** Changed fields, before and after; see `changesBetween`. */
export type Changes = Readonly<Record<string, { readonly from: Literal; readonly to: Literal }>>;

/** What was done to whom. Who did it, from where and in which request is not the caller's to say. */
export interface SecurityEvent {
  readonly name: EventName;
  /** When it is not the usual one of the event. */
  readonly outcome?: 'success' | 'failure';
  /** Where the request has no actor yet: whoever has just proved to be this person. */
  readonly person?: { readonly userId: string; readonly sessionId?: string };
  /** When it is not that of the actor; null for an event of no organization. */
  readonly organizationId?: string | null;
  readonly target?: { readonly type: string; readonly ids: readonly string[] };
  /** A literal of ours, never a text of the caller's. */
  readonly reason?: string;
  readonly changes?: Changes;
  /** For the log line alone. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** A row of the audit trail, but for its sequence. */
export interface AuditRow {
  readonly id: string;
  readonly organizationId: string | null;
  readonly occurredAt: Date;
  readonly name: EventName;
  readonly outcome: 'success' | 'failure';
  readonly actorKind: 'user' | 'api-key' | 'client' | 'anonymous' | 'system';
  readonly actorId: string | null;
  readonly sessionId: string | null;
  readonly ip: string | null;
  readonly requestId: string | null;
  readonly targetType: string | null;
  readonly targetIds: readonly string[];
  readonly reason: string | null;
  readonly changes: Changes | null;
}

/** An event with who, where and when. */
export interface RecordedEvent extends AuditRow {
  /** Template of the route: `/v1/patients/:id`. */
  readonly route: string | null;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Throws when an id of the target is none: it would not fit into the trail. */
export function completeEvent(event: SecurityEvent, occurredAt: Date): RecordedEvent {
  const { name, target, outcome = kindOf(name).outcome, reason = null, changes = null, facts = {} } = event;
  const { type: targetType, ids: targetIds } = target ?? NO_TARGET;
  if (!targetIds.every((id) => isUUID(id))) throw new TypeError(`${name}: the target has an id that is no UUID`);
  const request = currentRequest();
  return {
    id: v7(),
    occurredAt,
    name,
    outcome,
    ...placeOf(request),
    ...callerOf(request, event.person),
    organizationId: event.organizationId === undefined ? (request?.organizationId ?? null) : event.organizationId,
    targetType,
    targetIds,
    reason,
    changes,
    facts,
  };
}

const NO_TARGET = { type: null, ids: [] };

function placeOf(request: Partial<RequestContext> = {}) {
  return { ip: request.ip ?? null, requestId: request.requestId ?? null, route: request.route ?? null };
}

function callerOf(request: RequestContext | undefined, person: SecurityEvent['person']) {
  if (person !== undefined) {
    const { userId, sessionId = null } = person;
    return { actorKind: 'user', actorId: userId, sessionId } as const;
  }
  if (request?.actor === undefined) {
    return { actorKind: request === undefined ? 'system' : 'anonymous', actorId: null, sessionId: null } as const;
  }
  const { kind, id, sessionId = null } = request.actor;
  return { actorKind: kind, actorId: id, sessionId };
}

const MASKED = '[masked]';

/**
 * What a change did, for the trail. Values leave only for the fields that are named as `shown`; of the others it says that they
 * have changed, and no more: a field that nobody thought of is masked. @control B11.1
 */
export function changesBetween(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
  shown: readonly string[] = [],
): Changes {
  const names = Object.keys(after).filter((name) => after[name] !== undefined && !isSame(before[name], after[name]));
  return Object.fromEntries(
    names.map((name) => {
      const show = (value: unknown): Literal => (shown.includes(name) ? literalOf(value) : MASKED);
      return [name, { from: show(before[name]), to: show(after[name]) }];
    }),
  );
}

function isSame(before: unknown, after: unknown): boolean {
  return literalOf(before) === literalOf(after);
}

function literalOf(value: unknown): Literal {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return value instanceof Date ? value.toISOString() : JSON.stringify(value);
}
