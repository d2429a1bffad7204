export { AuditEventsRepository } from './audit-events.repository.js';
export { AuditLogModule } from './audit-log.module.js';
export { SealsRepository } from './seals.repository.js';
export { Verifier, type Anchor, type ChainReport } from './verifier.js';
