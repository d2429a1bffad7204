import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock } from '../time/index.js';
import { RouteUsesRepository } from './route-uses.repository.js';

const FLUSH_EVERY_MS = 60_000;

/**
 * When each route was called last, so that `npm run routes:unused` can name those that nobody needs. Kept in memory and written
 * in batches: a request must not cost a write. As many entries as there are routes. @control B18.5
 */
@Injectable()
export class RouteUses implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(RouteUses.name);
  private routes = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly repository: RouteUsesRepository,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.flush(), FLUSH_EVERY_MS);
    this.timer.unref();
  }

  /** The pool is still open. */
  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }

  note(route: string): void {
    this.routes.add(route);
  }

  /** The report counts in days: the moment of the batch is near enough to that of the call. */
  async flush(): Promise<void> {
    const { routes } = this;
    if (routes.size === 0) return;
    this.routes = new Set();
    try {
      await this.repository.write([...routes], this.clock.now());
    } catch (error) {
      this.routes = new Set([...routes, ...this.routes]);
      this.logger.warn({ msg: 'the last uses of routes could not be written', err: error });
    }
  }
}
