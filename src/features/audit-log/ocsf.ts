import { isEventName, kindOf, ocsfClasses, severityIdOf } from '../../platform/audit/index.js';

/** An event as the export reads it. */
export interface ExportedEvent {
  readonly id: string;
  readonly organizationId: string | null;
  readonly occurredAt: Date;
  readonly name: string;
  readonly outcome: 'success' | 'failure';
  readonly actorKind: string;
  readonly actorId: string | null;
  readonly sessionId: string | null;
  readonly ip: string | null;
  readonly requestId: string | null;
  readonly targetType: string | null;
  readonly targetIds: readonly string[];
  readonly reason: string | null;
}

const VERSION = '1.3.0';
const OTHER = 99;
const UNKNOWN = 0;
/** `status_id`. */
const SUCCESS = 1;
const FAILURE = 2;
/** The Base Event class, for a name of an older version that the catalogue does not have any more. */
const BASE_EVENT = 0;

/** An event of the trail as an object of the Open Cybersecurity Schema Framework, for collectors. @control A6.1 B11.4 */
export function toOcsf(event: ExportedEvent) {
  const { name, actorKind, actorId, sessionId, ip, organizationId, requestId, targetType, targetIds } = event;
  const known = isEventName(name) ? { ...kindOf(name), severityId: severityIdOf(name) } : undefined;
  const classUid = known === undefined ? BASE_EVENT : ocsfClasses[known.ocsf];
  const activityId = known?.activity ?? OTHER;
  return {
    metadata: {
      version: VERSION,
      uid: event.id,
      event_code: name,
      product: { name: 'Rampart' },
      correlation_uid: requestId,
    },
    class_uid: classUid,
    category_uid: Math.floor(classUid / 1000),
    activity_id: activityId,
    type_uid: classUid * 100 + activityId,
    severity_id: known?.severityId ?? UNKNOWN,
    status_id: event.outcome === 'success' ? SUCCESS : FAILURE,
    status_detail: event.reason,
    time: event.occurredAt.getTime(),
    message: name,
    actor: { user: { uid: actorId, type: actorKind }, session: { uid: sessionId } },
    src_endpoint: { ip },
    cloud: { org: { uid: organizationId } },
    resources: targetIds.map((uid) => ({ uid, type: targetType })),
  };
}
