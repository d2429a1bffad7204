import { Global, Module } from '@nestjs/common';
import './api-keys.permissions.js';
import { ApiKeyRegistry } from '../../platform/access/index.js';
import { UsersModule } from '../users/index.js';
import { ApiKeyHasher } from './api-key-hasher.js';
import { ApiKeyReminders } from './api-key-reminders.js';
import { ApiKeyUses } from './api-key-uses.js';
import { ApiKeysController } from './api-keys.controller.js';
import { ApiKeysRepository } from './api-keys.repository.js';
import { ApiKeysService } from './api-keys.service.js';
import { CachedApiKeys } from './cached-api-keys.js';

/** Global because the authentication guard of the pipeline asks it on every request with a key. */
@Global()
@Module({
  imports: [UsersModule],
  controllers: [ApiKeysController],
  providers: [
    ApiKeyHasher,
    ApiKeyReminders,
    ApiKeysRepository,
    ApiKeysService,
    ApiKeyUses,
    CachedApiKeys,
    { provide: ApiKeyRegistry, useExisting: CachedApiKeys },
  ],
  exports: [ApiKeyRegistry],
})
export class ApiKeysModule {}
