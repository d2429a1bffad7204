import { Injectable } from '@nestjs/common';
import { Metrics } from '../../telemetry/index.js';

export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string | number | undefined>>;
  readonly value: number;
}

/** All metrics at one moment, for questions that Prometheus would answer. */
export class Sample {
  private readonly byName: ReadonlyMap<string, readonly Series[]>;

  constructor(series: readonly Series[]) {
    this.byName = Map.groupBy(series, ({ name }) => name);
  }

  /** Of this name, or none. */
  of(name: string): readonly Series[] {
    return this.byName.get(name) ?? [];
  }

  /** Undefined when nobody has said: that is not zero. */
  sum(name: string, isMeant: (labels: Series['labels']) => boolean = () => true): number | undefined {
    const found = this.of(name).filter(({ labels }) => isMeant(labels));
    return found.length === 0 ? undefined : found.reduce((total, { value }) => total + value, 0);
  }
}

@Injectable()
export class Sampler {
  constructor(private readonly metrics: Metrics) {}

  async take(): Promise<Sample> {
    const metrics = await this.metrics.registry.getMetricsAsJSON();
    return new Sample(
      metrics.flatMap(({ name, values }) =>
        values.map((series) => ({
          // Only a histogram names its parts.
          name: 'metricName' in series && typeof series.metricName === 'string' ? series.metricName : name,
          labels: series.labels,
          value: series.value,
        })),
      ),
    );
  }
}
