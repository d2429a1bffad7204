import { Global, Module } from '@nestjs/common';
import { AuditStore } from '../audit/index.js';
import { DataKeyStore } from '../crypto/index.js';
import { FailureTranslator } from '../errors/index.js';
import { DatabaseFailures } from './database-failures.js';
import { Database } from './database.js';
import { DatabaseNotifications } from './notifications.js';
import { StoredAuditTrail } from './stored-audit-trail.js';
import { StoredDataKeys } from './stored-data-keys.js';
import { UnitOfWork } from './unit-of-work.js';

@Global()
@Module({
  providers: [
    Database,
    DatabaseNotifications,
    UnitOfWork,
    { provide: AuditStore, useClass: StoredAuditTrail },
    { provide: DataKeyStore, useClass: StoredDataKeys },
    { provide: FailureTranslator, useClass: DatabaseFailures },
  ],
  exports: [Database, DatabaseNotifications, UnitOfWork, AuditStore, DataKeyStore, FailureTranslator],
})
export class DatabaseModule {}
