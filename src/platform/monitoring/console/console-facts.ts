import { Injectable, Optional } from '@nestjs/common';
import { Readiness } from '../../health/index.js';
import { Clock } from '../../time/index.js';
import { DetectionReport } from '../detection-report.js';
import { liveConditions } from './conditions.js';
import { Sampler, type Sample } from './sample.js';
import { trafficByRoute } from './traffic.js';
import { TrafficHistory } from './traffic-history.js';

const EVENTS_SHOWN = 10;
const MIB = 1024 * 1024;
const DAY_S = 86_400;
/** As the alerts of deploy/monitoring have it. */
const SEAL_LATE_S = 600;
const KEY_OLD_DAYS = 380;
const [GOOD, WARN, BAD] = ['good', 'warn', 'bad'] as const;

export type ConsoleFacts = Awaited<ReturnType<ConsoleReport['read']>>;

/** What the console shows, of this instance at this moment. */
@Injectable()
export class ConsoleReport {
  constructor(
    private readonly sampler: Sampler,
    private readonly history: TrafficHistory,
    private readonly readiness: Readiness,
    private readonly clock: Clock,
    @Optional() private readonly detection?: DetectionReport,
  ) {}

  async read() {
    const now = this.clock.now();
    const [sample, readiness] = await Promise.all([this.sampler.take(), this.readiness.report()]);
    const seconds = now.getTime() / 1000;
    // The page must come also when the database does not.
    const none = () => [];
    const [detected = [], blocked] = await Promise.all([
      this.detection?.alerts().catch(none),
      this.detection?.blocked().catch(none),
    ]);
    return {
      now,
      readiness,
      blocked,
      alerts: [...liveConditions(sample, seconds), ...detected],
      routes: trafficByRoute(sample),
      history: this.history.last,
      tiles: this.tilesOf(sample, readiness.status),
      events: eventsOf(sample),
      ends: endsOf(sample, seconds),
      states: statesOf(sample, seconds),
      waitingEvents: sample.sum('rampart_audit_events_waiting') ?? 0,
      lostEvents: sample.sum('rampart_audit_events_lost_total') ?? 0,
    };
  }

  private tilesOf(sample: Sample, status: string): readonly (readonly [string, string])[] {
    const answers = sample.sum('http_requests_total') ?? 0;
    const failed = sample.sum('http_requests_total', ({ status: code }) => String(code).startsWith('5')) ?? 0;
    const busy = sample.sum('rampart_db_pool_connections', ({ state }) => state === 'busy') ?? 0;
    const lag = sample.sum('nodejs_eventloop_lag_p99_seconds') ?? 0;
    const memory = sample.sum('process_resident_memory_bytes') ?? 0;
    return [
      ['State', status],
      ['Answers per second', (this.history.last.at(-1)?.answers ?? 0).toFixed(1)],
      ['Server errors', `${((failed / Math.max(1, answers)) * 100).toFixed(2)} %`],
      ['Connections busy', `${busy} of ${String(sample.sum('rampart_db_pool_limit') ?? '?')}`],
      ['Event loop p99', `${Math.round(lag * 1000)} ms`],
      ['Memory', `${Math.round(memory / MIB)} MiB`],
    ];
  }
}

interface State {
  readonly tone: 'good' | 'warn' | 'bad';
  readonly pill: string;
  readonly what: string;
}

/** What has no end and must not stand still. */
function statesOf(sample: Sample, now: number): State[] {
  const unsealed = sample.sum('rampart_audit_unsealed_age_seconds');
  const keysSince = sample.sum('rampart_data_key_start_timestamp_seconds');
  const connected = sample.sum('rampart_collector_connected');
  const keyDays = keysSince === undefined ? undefined : Math.floor((now - keysSince) / DAY_S);
  return [
    ...(unsealed === undefined
      ? []
      : [
          {
            tone: unsealed < SEAL_LATE_S ? GOOD : BAD,
            pill: spanOf(unsealed),
            what: 'Oldest event without a seal',
          },
        ]),
    ...(keyDays === undefined
      ? []
      : [
          {
            tone: keyDays < KEY_OLD_DAYS ? GOOD : WARN,
            pill: `${keyDays} days old`,
            what: 'Oldest data key in use',
          },
        ]),
    ...(connected === undefined
      ? []
      : [
          {
            tone: connected === 1 ? GOOD : BAD,
            pill: connected === 1 ? 'connected' : 'away',
            what: 'Collector of events',
          },
        ]),
  ];
}

function spanOf(seconds: number): string {
  return seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}

/** The most frequent. */
function eventsOf(sample: Sample): (readonly [string, number])[] {
  return sample
    .of('rampart_security_events_total')
    .filter(({ value }) => value > 0)
    .map(({ labels, value }) => [String(labels['event']), value] as const)
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, EVENTS_SHOWN);
}

function endsOf(sample: Sample, now: number): { readonly what: string; readonly seconds: number }[] {
  const certificates = sample.of('rampart_certificate_end_timestamp_seconds');
  const keys = sample.of('rampart_signing_key_end_timestamp_seconds');
  return [
    ...keys.map(({ labels, value }) => ({ what: `Signing key ${String(labels['kid'])}`, seconds: value - now })),
    ...certificates.map(({ labels, value }) => ({
      what: `Certificate ${String(labels['certificate'])}`,
      seconds: value - now,
    })),
  ];
}
