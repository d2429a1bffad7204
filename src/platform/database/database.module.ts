import { Global, Module } from '@nestjs/common';
import { FailureTranslator } from '../errors/index.js';
import { DatabaseFailures } from './database-failures.js';
import { Database } from './database.js';
import { DatabaseNotifications } from './notifications.js';

@Global()
@Module({
  providers: [Database, DatabaseNotifications, { provide: FailureTranslator, useClass: DatabaseFailures }],
  exports: [Database, DatabaseNotifications, FailureTranslator],
})
export class DatabaseModule {}
