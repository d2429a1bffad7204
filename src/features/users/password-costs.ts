import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { PasswordHasher } from '../../platform/crypto/index.js';
import { UsersRepository } from './users.repository.js';

const REFRESH_MS = 600_000;

/**
 * Tells the hasher what stored passwords cost, so that a sign-in to an account that does not exist costs the same. When the
 * database cannot be asked, what was learnt before stays. @control A1.3
 */
@Injectable()
export class PasswordCosts implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(PasswordCosts.name);
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly users: UsersRepository,
    private readonly hasher: PasswordHasher,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.refresh();
    this.timer = setInterval(() => void this.refresh(), REFRESH_MS);
    this.timer.unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** Never rejects: nobody waits for it behind the start. */
  private async refresh(): Promise<void> {
    try {
      this.hasher.learnCosts(await this.users.countPasswordCosts());
    } catch (error) {
      this.logger.error({ msg: 'what stored passwords cost could not be read', err: error });
    }
  }
}
