export { AuditModule } from './audit.module.js';
export { AuditStore } from './audit-store.js';
export { eventCatalogue, severityIdOf, type EventName } from './event-catalogue.js';
export { toOcsf } from './ocsf.js';
export {
  changesBetween,
  type AuditRow,
  type Changes,
  type RecordedEvent,
  type SecurityEvent,
} from './security-event.js';
export { SecurityEvents } from './security-events.js';
