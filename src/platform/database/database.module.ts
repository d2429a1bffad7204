import { Global, Module } from '@nestjs/common';
import { DataKeyStore } from '../crypto/index.js';
import { FailureTranslator } from '../errors/index.js';
import { DatabaseFailures } from './database-failures.js';
import { Database } from './database.js';
import { DatabaseNotifications } from './notifications.js';
import { StoredDataKeys } from './stored-data-keys.js';
import { UnitOfWork } from './unit-of-work.js';

@Global()
@Module({
  providers: [
    Database,
    DatabaseNotifications,
    UnitOfWork,
    { provide: DataKeyStore, useClass: StoredDataKeys },
    { provide: FailureTranslator, useClass: DatabaseFailures },
  ],
  exports: [Database, DatabaseNotifications, UnitOfWork, DataKeyStore, FailureTranslator],
})
export class DatabaseModule {}
