import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** In seconds, around what people notice and what the objectives of deploy/monitoring ask for. */
const DURATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

interface Observation<Label extends string> {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly Label[];
  /** It only grows while the process runs. */
  readonly isCounter?: boolean;
}

interface CacheState {
  readonly size: number;
  readonly misses?: number;
}

type Sample<Label extends string> = readonly [value: number, labels?: Readonly<Record<Label, string>>];

/**
 * What is measured, for Prometheus to fetch. Labels come from closed sets, never from a request: whoever could choose them
 * could fill the memory (docs/adr/0036-metrics.md).
 */
@Injectable()
export class Metrics {
  readonly registry = new Registry();

  readonly requests = new Counter({
    name: 'http_requests_total',
    help: 'Answered requests, by method, route template and status.',
    labelNames: ['method', 'route', 'status'],
    registers: [this.registry],
  });
  readonly durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the first byte of a request to the end of its answer.',
    labelNames: ['method', 'route'],
    buckets: DURATION_BUCKETS,
    registers: [this.registry],
  });

  /** What was no HTTP, or over a limit of the parser: there is no request to be told of. */
  readonly unparsed = this.counter('http_unparsed_requests_total', 'Requests that could not be read.', []);

  private readonly caches = new Map<string, () => CacheState>();

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    const labels = ['cache'] as const;
    const caches = () =>
      [...this.caches].map(([cache, state]) => {
        const { size, misses } = state();
        return { labels: { cache }, size, misses };
      });
    this.observe({ name: 'rampart_cache_entries', help: 'What is remembered.', labels }, () =>
      caches().map((one) => [one.size, one.labels]),
    );
    this.observe(
      { name: 'rampart_cache_misses_total', help: 'What had to be asked for.', labels, isCounter: true },
      () => caches().flatMap((one) => (one.misses === undefined ? [] : [[one.misses, one.labels] as const])),
    );
  }

  /** What is remembered, so that nobody has to be asked for it. */
  watchCache(cache: string, state: () => CacheState): void {
    this.caches.set(cache, state);
  }

  counter<Label extends string>(name: string, help: string, labelNames: readonly Label[]): Counter<Label> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  /**
   * What is asked when it is fetched. A question that fails, or has no answer, has no value, and the others have theirs: what is
   * missing raises an alert of its own.
   */
  observe<Label extends string = never>(
    { name, help, labels = [], isCounter = false }: Observation<Label>,
    read: () => readonly Sample<Label>[] | Promise<readonly Sample<Label>[]>,
  ): void {
    const collect = async (): Promise<void> => {
      metric.reset();
      try {
        const samples = await read();
        if (labels.length === 0 && samples.length === 0) metric.remove();
        for (const [value, own] of samples) {
          if (own === undefined) metric.inc(value);
          else metric.inc(own, value);
        }
      } catch {
        // What it asked is away and says so in its own place. Zero would be an answer.
        if (labels.length === 0) metric.remove();
      }
    };
    const options = { name, help, labelNames: labels, registers: [this.registry], collect };
    const metric = isCounter ? new Counter(options) : new Gauge(options);
  }
}
