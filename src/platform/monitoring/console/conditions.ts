import type { LiveAlert } from '../detection-report.js';
import type { Sample } from './sample.js';

interface Condition extends Omit<LiveAlert, 'since'> {
  readonly holds: (sample: Sample, now: number) => boolean;
}

const DAY_S = 86_400;

const soonest = (sample: Sample, name: string) => Math.min(...sample.of(name).map(({ value }) => value));
const latest = (sample: Sample, name: string) => Math.max(...sample.of(name).map(({ value }) => value));
const waits = (sample: Sample, name: string) => sample.sum(name, ({ state }) => state === 'waiting') ?? 0;

/** What this instance can tell of itself without a Prometheus: the most important of deploy/monitoring, at this moment. */
const conditions: readonly Condition[] = [
  {
    severity: 'page',
    summary: 'This instance wants no traffic',
    runbook: 'not-ready',
    holds: (sample) => sample.sum('rampart_ready') !== 1,
  },
  {
    severity: 'page',
    summary: 'Requests wait for a connection to the database',
    runbook: 'pool-saturated',
    // Who waits while one is being opened does not count.
    holds: (sample) =>
      waits(sample, 'rampart_db_pool_connections') > 0 &&
      sample.sum('rampart_db_pool_connections', ({ state }) => state === 'busy') ===
        sample.sum('rampart_db_pool_limit'),
  },
  {
    severity: 'page',
    summary: 'Password hashes queue up',
    runbook: 'hashing-saturated',
    holds: (sample) => waits(sample, 'rampart_argon2_hashes') > 0.8 * (sample.sum('rampart_argon2_queue_limit') ?? 0),
  },
  {
    severity: 'page',
    summary: 'The event loop lags',
    runbook: 'event-loop',
    holds: (sample) => (sample.sum('nodejs_eventloop_lag_p99_seconds') ?? 0) > 0.2,
  },
  {
    severity: 'ticket',
    summary: 'Changes on other instances are not heard of',
    runbook: 'notifications-away',
    holds: (sample) => sample.sum('rampart_notifications_listening') === 0,
  },
  {
    severity: 'ticket',
    summary: 'A certificate ends within 21 days',
    runbook: 'certificate-ends',
    holds: (sample, now) => soonest(sample, 'rampart_certificate_end_timestamp_seconds') - now < 21 * DAY_S,
  },
  {
    severity: 'ticket',
    summary: 'The last signing key ends within 21 days',
    runbook: 'signing-keys-end',
    holds: (sample, now) => {
      const end = latest(sample, 'rampart_signing_key_end_timestamp_seconds');
      return Number.isFinite(end) && end - now < 21 * DAY_S;
    },
  },
  {
    severity: 'ticket',
    summary: 'Jobs have failed since the start',
    runbook: 'jobs',
    holds: (sample) => (sample.sum('rampart_job_tries_total', ({ outcome }) => outcome === 'failed') ?? 0) > 5,
  },
];

/** `now` in seconds since the epoch. */
export function liveConditions(sample: Sample, now: number): LiveAlert[] {
  return conditions
    .filter(({ holds }) => holds(sample, now))
    .map(({ severity, summary, runbook }) => ({ severity, summary, runbook }));
}
