import type { EventName, RecordedEvent } from '../audit/index.js';
import type { Signal, SignalKind } from './signal.js';

type Facts = Pick<
  RecordedEvent,
  | 'name'
  | 'reason'
  | 'actorKind'
  | 'actorId'
  | 'sessionId'
  | 'organizationId'
  | 'ip'
  | 'targetType'
  | 'targetIds'
  | 'facts'
>;

const BY_NAME: Partial<Record<EventName, SignalKind>> = {
  authn_login_success: 'signed-in',
  session_ended: 'signed-out',
  authn_login_fail: 'sign-in-failed',
  authn_mfa_fail: 'sign-in-failed',
  authn_login_fail_max: 'sign-in-throttled',
  authn_login_lock: 'sign-in-throttled',
  authn_token_reuse: 'token-reused',
  authn_token_repeated: 'token-repeated',
  malicious_cors: 'origin-refused',
  sensitive_read: 'records-read',
  sensitive_export: 'records-read',
};

/** What a security event is a sign of. `honeyKeys`: key ids that were planted. */
export function signalsOfEvent(event: Facts, honeyKeys: ReadonlySet<string>): readonly Signal[] {
  const facts = {
    ip: event.ip ?? undefined,
    principal: event.actorId === null ? undefined : `${event.actorKind}:${event.actorId}`,
    sessionId: event.sessionId ?? undefined,
    organizationId: event.organizationId ?? undefined,
    account: accountOf(event),
    claimed: textOf(event.facts['claimed']),
  };
  return kindsOf(event, honeyKeys).map((kind) =>
    kind === 'records-read' ? { ...facts, kind, weight: event.targetIds.length } : { ...facts, kind },
  );
}

function kindsOf(event: Facts, honeyKeys: ReadonlySet<string>): readonly SignalKind[] {
  const own = BY_NAME[event.name];
  return [
    ...(own === undefined ? [] : [own]),
    ...(event.name === 'authn_login_fail' && event.facts['isCommonName'] === true
      ? (['sign-in-as-common-name'] as const)
      : []),
    ...(event.reason === 'suspended' ? (['account-suspended'] as const) : []),
    ...ofCredential(event, honeyKeys),
  ];
}

function ofCredential({ name, actorKind, facts }: Facts, honeyKeys: ReadonlySet<string>): readonly SignalKind[] {
  const keyId = textOf(facts['keyId']);
  if (name === 'authn_token_invalid' && keyId !== undefined)
    return [honeyKeys.has(keyId) ? 'honey-key-used' : 'key-refused'];
  if (!name.startsWith('sensitive_')) return [];
  return [actorKind === 'api-key' ? 'key-used' : 'session-used'];
}

/** Whom it was aimed at; of what a person did themselves, they. */
function accountOf({ targetType, targetIds, actorKind, actorId, facts }: Facts): string | undefined {
  if (targetType === 'user') return targetIds[0];
  return actorKind === 'user' ? (actorId ?? undefined) : textOf(facts['userId']);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
