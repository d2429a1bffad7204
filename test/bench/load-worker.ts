import autocannon from 'autocannon';

/** What the bench asks this process for, over its IPC channel. */
export interface LoadJob {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly connections: number;
  readonly duration?: number;
  readonly amount?: number;
  /** Requests per second of all connections together. */
  readonly overallRate?: number;
  /** POST these, in turn. */
  readonly bodies?: readonly string[];
}

export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  readonly p99Ms: number;
  readonly failures: number;
}

/** A process of its own, so that making the load and measuring it shares no event loop with anything else. */
process.on('message', ({ bodies, ...job }: LoadJob) => {
  const posts = bodies && { requests: bodies.map((body) => ({ method: 'POST' as const, body })) };
  autocannon({ ...job, ...posts }).then(
    ({ requests, duration, latency, errors, timeouts, non2xx }) => {
      const failures = errors + timeouts + non2xx;
      process.send?.({
        requests: requests.total,
        seconds: duration,
        p99Ms: latency.p99,
        failures,
      } satisfies LoadResult);
    },
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => process.exit());
