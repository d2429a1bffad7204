import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { SecurityEvents } from '../audit/index.js';
import { DataKeys } from '../crypto/index.js';

/** What the server does by itself: it starts, it is told to stop, it makes a data key. @control B11.1 */
@Injectable()
export class SystemEvents implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    private readonly events: SecurityEvents,
    dataKeys: DataKeys,
  ) {
    dataKeys.onMade(({ id, organizationId }) => {
      events.note({ name: 'crypt_key_created', organizationId, target: { type: 'data-key', ids: [id] } });
    });
  }

  onApplicationBootstrap(): void {
    this.events.note({ name: 'sys_startup', facts: { node: process.version, pid: process.pid } });
  }

  /** Before the sockets close: what is still answered comes after it. */
  beforeApplicationShutdown(signal?: string): void {
    this.events.note({ name: 'sys_shutdown', facts: { signal, pid: process.pid } });
  }
}
