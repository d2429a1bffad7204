import { Global, Module } from '@nestjs/common';
import { FailureTranslator } from '../errors/index.js';
import { DatabaseFailures } from './database-failures.js';
import { Database } from './database.js';
import { DatabaseNotifications } from './notifications.js';
import { UnitOfWork } from './unit-of-work.js';

@Global()
@Module({
  providers: [Database, DatabaseNotifications, UnitOfWork, { provide: FailureTranslator, useClass: DatabaseFailures }],
  exports: [Database, DatabaseNotifications, UnitOfWork, FailureTranslator],
})
export class DatabaseModule {}
