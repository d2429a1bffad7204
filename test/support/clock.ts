import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { vi } from 'vitest';
import { Clock } from '../../src/platform/time/index.js';

/** The clock of applications, stopped at the present and moved by hand. Until the end of the test. */
export class StoppedClock {
  private time = Date.now();

  constructor(...apps: readonly NestFastifyApplication[]) {
    for (const app of apps) vi.spyOn(app.get(Clock), 'now').mockImplementation(() => this.now);
  }

  get now(): Date {
    return new Date(this.time);
  }

  advance(seconds: number): void {
    this.time += seconds * 1000;
  }
}
