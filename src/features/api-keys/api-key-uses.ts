import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { ApiKeysRepository, type KeyUse } from './api-keys.repository.js';

const FLUSH_EVERY_MS = 30_000;

/** When and from where keys were used last, kept in memory and written in batches: a read must not cost a write. @control A4.2 */
@Injectable()
export class ApiKeyUses implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(ApiKeyUses.name);
  private uses = new Map<string, KeyUse>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly keys: ApiKeysRepository) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.flush(), FLUSH_EVERY_MS);
    this.timer.unref();
  }

  /** The pool is still open. */
  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }

  note(id: string, use: KeyUse): void {
    this.uses.set(id, use);
  }

  async flush(): Promise<void> {
    const { uses } = this;
    if (uses.size === 0) return;
    this.uses = new Map();
    try {
      await this.keys.writeUses(uses);
    } catch (error) {
      // The next batch takes them along; what was noted since then is newer.
      this.uses = new Map([...uses, ...this.uses]);
      this.logger.warn({ msg: 'the last uses of API keys could not be written', err: error });
    }
  }
}
