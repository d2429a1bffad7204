import { setTimeout as delay } from 'node:timers/promises';
import autocannon from 'autocannon';

/** What the bench asks this process for, over its IPC channel: as many GETs as the server can answer ... */
interface GetJob {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly connections: number;
  readonly duration?: number;
  readonly amount?: number;
}

/** ... or POSTs of these bodies in turn, evenly spread over the time, whether or not the ones before are answered. */
interface PostJob {
  readonly url: string;
  readonly bodies: readonly string[];
  readonly perSecond: number;
  /** In seconds. */
  readonly duration: number;
}

export type LoadJob = GetJob | PostJob;

export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  readonly p99Ms: number;
  readonly failures: number;
}

async function get(job: GetJob): Promise<LoadResult> {
  const { requests, duration, latency, errors, timeouts, non2xx } = await autocannon(job);
  return { requests: requests.total, seconds: duration, p99Ms: latency.p99, failures: errors + timeouts + non2xx };
}

async function post({ url, bodies, perSecond, duration }: PostJob): Promise<LoadResult> {
  const began = performance.now();
  const answers: Promise<number>[] = [];
  const times: number[] = [];
  while (performance.now() - began < duration * 1000) {
    const body = bodies[answers.length % bodies.length] ?? '';
    const sent = performance.now();
    // Each from where it has been before, so that no device is new, and so that the limit by address is not what is measured.
    const address = `10.3.0.${answers.length % bodies.length}`;
    const headers = { 'content-type': 'application/json', 'x-forwarded-for': address };
    const answer = fetch(url, { method: 'POST', headers, body });
    answers.push(
      answer.then(async (response) => {
        await response.arrayBuffer();
        times.push(performance.now() - sent);
        return response.ok ? 0 : 1;
      }),
    );
    await delay(began + (answers.length * 1000) / perSecond - performance.now());
  }
  const failures = (await Promise.all(answers)).reduce((sum, failed) => sum + failed, 0);
  const p99Ms = times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? NaN;
  return { requests: answers.length, seconds: (performance.now() - began) / 1000, p99Ms, failures };
}

/** A process of its own, so that making the load and measuring it shares no event loop with anything else. */
process.on('message', (job: LoadJob) => {
  ('bodies' in job ? post(job) : get(job)).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => process.exit());
