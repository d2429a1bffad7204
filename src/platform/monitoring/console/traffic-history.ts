import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Metrics } from '../../telemetry/index.js';

const EVERY_S = 10;
/** Half an hour. */
const KEPT = 180;

interface Moment {
  readonly answers: number;
  readonly refused: number;
  readonly failed: number;
}

/** Answers per second of the last half hour, in steps of ten seconds, oldest first: what the console draws. */
@Injectable()
export class TrafficHistory implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly rates: Moment[] = [];
  private before: Moment = { answers: 0, refused: 0, failed: 0 };
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly metrics: Metrics) {}

  get last(): readonly Moment[] {
    return this.rates;
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.take(), EVERY_S * 1000);
    this.timer.unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  async take(): Promise<void> {
    const { values } = await this.metrics.requests.get();
    const sumOf = (first: string) =>
      values.reduce((sum, { labels, value }) => (String(labels.status).startsWith(first) ? sum + value : sum), 0);
    const now = { answers: sumOf(''), refused: sumOf('4'), failed: sumOf('5') };
    const { answers, refused, failed } = this.before;
    this.rates.push({
      answers: (now.answers - answers) / EVERY_S,
      refused: (now.refused - refused) / EVERY_S,
      failed: (now.failed - failed) / EVERY_S,
    });
    if (this.rates.length > KEPT) this.rates.shift();
    this.before = now;
  }
}
