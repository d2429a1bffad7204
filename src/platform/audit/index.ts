export { AuditModule } from './audit.module.js';
export { AuditStore } from './audit-store.js';
export { eventCatalogue, isEventName, kindOf, ocsfClasses, severityIdOf, type EventName } from './event-catalogue.js';
export {
  changesBetween,
  type AuditRow,
  type Changes,
  type RecordedEvent,
  type SecurityEvent,
} from './security-event.js';
export { SecurityEvents } from './security-events.js';
