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

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  counter<Label extends string>(name: string, help: string, labelNames: readonly Label[]): Counter<Label> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  /**
   * What is asked when it is fetched. A question that fails has no value in that answer, and the others have theirs: what is
   * missing raises an alert of its own.
   */
  observe<Label extends string = never>(
    { name, help, labels = [], isCounter = false }: Observation<Label>,
    read: () => readonly Sample<Label>[] | Promise<readonly Sample<Label>[]>,
  ): void {
    const collect = async (): Promise<void> => {
      metric.reset();
      try {
        for (const [value, own] of await read()) {
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
