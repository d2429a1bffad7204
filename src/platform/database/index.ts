export { connectDatabase } from './connect.js';
export { Database, type Transaction } from './database.js';
export { DatabaseConfig } from './database.config.js';
export { DatabaseModule } from './database.module.js';
export { orUndefined } from './missing-row.js';
export { Prisma } from './generated/client.js';
export type { PreparedReads, ReadRow } from './prepared-reads.js';
export { DatabaseNotifications } from './notifications.js';
export { UnitOfWork } from './unit-of-work.js';
