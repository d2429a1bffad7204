import { z } from 'zod';
import { isEventName, kindOf, ocsfClasses, severityIdOf } from './event-catalogue.js';
import type { AuditRow } from './security-event.js';

/** An event, of the trail or as it happens. Older versions may have written names and kinds that are no more. */
export interface ExportedEvent extends Omit<AuditRow, 'name' | 'actorKind' | 'changes'> {
  readonly name: string;
  readonly actorKind: string;
  readonly changes: unknown;
  /** The trail does not keep it. */
  readonly route?: string | null;
}

const VERSION = '1.3.0';
const PRODUCT = { name: 'Rampart', vendor_name: 'Rampart' };
const OTHER = 99;
const UNKNOWN = 0;
/** `status_id`. */
const SUCCESS = 1;
const FAILURE = 2;
/** The Base Event class, for a name of an older version that the catalogue does not have any more. */
const BASE_EVENT = 0;
/** `type_id` of a user. */
const userTypes = new Map([
  ['user', 1],
  ['system', 3],
]);

type Specifics = (event: ExportedEvent) => Readonly<Record<string, unknown>>;

/** What each class requires beyond the base event. */
const specifics: Readonly<Record<keyof typeof ocsfClasses, Specifics>> = {
  accountChange: (event) => ({ user: subjectOf(event) }),
  authentication: (event) => ({ user: subjectOf(event), service: { name: PRODUCT.name } }),
  userAccess: (event) => ({ user: subjectOf(event), privileges: rolesOf(event) }),
  entityManagement: ({ targetType, targetIds: [uid], name }) => ({ entity: { name: targetType ?? name, uid } }),
  apiActivity: ({ route, name }) => ({ api: { operation: route ?? name } }),
  lifecycle: () => ({ app: PRODUCT }),
  finding: ({ id, name }) => ({ finding_info: { uid: id, title: name } }),
};

/**
 * An event as an object of the Open Cybersecurity Schema Framework, for collectors: deploy/monitoring/ocsf-event.schema.json says
 * its form. @control A6.1 B11.4
 */
export function toOcsf(event: ExportedEvent) {
  const { name, ip, targetType, targetIds } = event;
  const { ofClass, ...numbers } = classOf(event);
  return {
    metadata: metadataOf(event),
    ...numbers,
    status_id: event.outcome === 'success' ? SUCCESS : FAILURE,
    ...(event.reason !== null && { status_detail: event.reason }),
    time: event.occurredAt.getTime(),
    message: name,
    actor: actorOf(event),
    // What happens within the server comes from nowhere else.
    src_endpoint: ip === null ? { svc_name: PRODUCT.name } : { ip },
    ...ofClass,
    ...(targetIds.length > 0 && { resources: targetIds.map((uid) => ({ uid, type: targetType })) }),
  };
}

function classOf(event: ExportedEvent) {
  const { name } = event;
  if (!isEventName(name)) return { ...numbersOf(BASE_EVENT, OTHER), severity_id: UNKNOWN, ofClass: {} };
  const { ocsf, activity } = kindOf(name);
  return {
    ...numbersOf(ocsfClasses[ocsf], activity),
    severity_id: severityIdOf(name),
    ofClass: specifics[ocsf](event),
  };
}

function numbersOf(class_uid: number, activity_id: number) {
  const category_uid = Math.floor(class_uid / 1000);
  return { class_uid, category_uid, activity_id, type_uid: class_uid * 100 + activity_id };
}

function metadataOf({ id, name, requestId, organizationId }: ExportedEvent) {
  return {
    version: VERSION,
    uid: id,
    event_code: name,
    product: PRODUCT,
    ...(requestId !== null && { correlation_uid: requestId }),
    ...(organizationId !== null && { tenant_uid: organizationId }),
  };
}

function actorOf(event: ExportedEvent) {
  const { sessionId } = event;
  return { user: userOf(event), ...(sessionId !== null && { session: { uid: sessionId } }) };
}

function userOf({ actorId, actorKind }: ExportedEvent) {
  const type_id = userTypes.get(actorKind) ?? OTHER;
  return { ...(actorId === null ? { name: actorKind } : { uid: actorId }), type: actorKind, type_id };
}

/** Whose account it is about: the target when that is a person, else whoever did it. */
function subjectOf(event: ExportedEvent) {
  const [uid] = event.targetIds;
  return event.targetType === 'user' && uid !== undefined ? { uid, type: 'user', type_id: 1 } : userOf(event);
}

const roleChange = z.object({ role: z.object({ to: z.string() }) });

function rolesOf({ changes }: ExportedEvent): string[] {
  const { data } = roleChange.safeParse(changes);
  return data === undefined ? [] : [data.role.to];
}
