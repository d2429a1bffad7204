import { Buffer } from 'node:buffer';
import { hostname } from 'node:os';
import { severityIdOf, toOcsf, type RecordedEvent } from '../audit/index.js';
import { redacted } from '../telemetry/index.js';

/** RFC 5424 §6.2.1: "log audit". */
const FACILITY = 13;
/** By OCSF `severity_id`, from informational to critical: info, notice, warning, error, critical. */
const SEVERITIES = [6, 6, 5, 4, 3, 2];
/** RFC 5425 §4.3.1: what every receiver should take. */
const MAX_BYTES = 8192;
const FEW = 20;

/** RFC 5424 §6.2.4 to 6.2.6: printable ASCII without spaces. */
const HOST =
  hostname()
    .replace(/[^\x21-\x7e]/g, '-')
    .slice(0, 255) || '-';

/** One event as RFC 5424 has it, with the object of OCSF as its message, in the frame of RFC 5425 §4.3. @control A6.4 */
export function framedMessage(event: RecordedEvent): string {
  const whole = messageOf(event, redacted(event.facts));
  // A JSON that is cut off is none. The trail has all of it.
  const text = Buffer.byteLength(whole) <= MAX_BYTES ? whole : messageOf(shortened(event), { isShortened: true });
  return `${Buffer.byteLength(text)} ${text}`;
}

function messageOf(event: RecordedEvent, facts: unknown): string {
  const priority = FACILITY * 8 + (SEVERITIES[severityIdOf(event.name)] ?? 6);
  const object = { ...toOcsf(event), unmapped: facts };
  return `<${priority}>1 ${event.occurredAt.toISOString()} ${HOST} rampart ${process.pid} ${event.name} - ${JSON.stringify(object)}`;
}

function shortened(event: RecordedEvent): RecordedEvent {
  return { ...event, targetIds: event.targetIds.slice(0, FEW), changes: null };
}
