import type { Sample, Series } from './sample.js';

export interface RouteTraffic {
  readonly route: string;
  readonly answers: number;
  /** Share of answers that are 4xx, and 5xx. */
  readonly refused: number;
  readonly failed: number;
  /** In milliseconds: at most this long took all but one in twenty. Infinity beyond the last bucket. */
  readonly p95Ms: number;
}

const QUANTILE = 0.95;

/** What each route has answered since the start, busiest first. */
export function trafficByRoute(sample: Sample): RouteTraffic[] {
  const requests = Map.groupBy(sample.of('http_requests_total'), routeOf);
  const buckets = Map.groupBy(sample.of('http_request_duration_seconds_bucket'), routeOf);
  return [...requests]
    .map(([route, series]) => {
      const answers = total(series);
      const share = (first: string) =>
        total(series.filter(({ labels }) => String(labels['status']).startsWith(first))) / answers;
      return { route, answers, refused: share('4'), failed: share('5'), p95Ms: quantileMs(buckets.get(route) ?? []) };
    })
    .toSorted((a, b) => b.answers - a.answers);
}

function routeOf({ labels }: Series): string {
  return `${String(labels['method'])} ${String(labels['route'])}`;
}

function total(series: readonly Series[]): number {
  return series.reduce((sum, { value }) => sum + value, 0);
}

/** The upper bound of the bucket that holds the quantile. */
function quantileMs(buckets: readonly Series[]): number {
  const sorted = buckets.map(({ labels, value }) => ({
    bound: Number(String(labels['le']).replace('+Inf', 'Infinity')),
    value,
  }));
  sorted.sort((a, b) => a.bound - b.bound);
  const wanted = (sorted.at(-1)?.value ?? 0) * QUANTILE;
  return (sorted.find(({ value }) => value >= wanted)?.bound ?? 0) * 1000;
}
