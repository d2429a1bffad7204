export { Database } from './database.js';
export { DatabaseConfig } from './database.config.js';
export { DatabaseModule } from './database.module.js';
export { Prisma } from './generated/client.js';
export type { PreparedReads, ReadRow } from './prepared-reads.js';
export { DatabaseNotifications } from './notifications.js';
