import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from '../database/index.js';
import { Readiness } from '../health/index.js';
import { JobQueue } from '../jobs/index.js';
import { DeprecatedUses } from '../lifecycle/index.js';
import { Metrics } from '../telemetry/index.js';
import { readCertificateEnd } from './certificates.js';
import { MonitoringConfig } from './monitoring.config.js';

/** What the parts of the platform know about themselves, asked when Prometheus asks. */
@Injectable()
export class Gauges implements OnModuleInit {
  constructor(
    private readonly metrics: Metrics,
    private readonly config: MonitoringConfig,
    private readonly readiness: Readiness,
    private readonly database: Database,
    private readonly jobs: JobQueue,
    private readonly deprecated: DeprecatedUses,
  ) {}

  onModuleInit(): void {
    this.observeReadiness();
    this.observeDatabase();
    this.observeJobs();
    this.observeCertificates();
    this.observeDeprecatedUses();
  }

  private observeReadiness(): void {
    this.metrics.observe({ name: 'rampart_ready', help: '1 while this instance wants traffic.' }, async () => {
      const { status } = await this.readiness.report();
      return [[status === 'ready' ? 1 : 0]];
    });
    this.metrics.observe(
      { name: 'rampart_check_ok', help: 'Outcome of each check of readiness.', labels: ['check'] },
      async () => {
        const { checks } = await this.readiness.report();
        return Object.entries(checks).map(([check, result]) => [result === 'ok' ? 1 : 0, { check }]);
      },
    );
  }

  private observeDatabase(): void {
    this.metrics.observe(
      { name: 'rampart_db_pool_connections', help: 'Connections, and requests that wait for one.', labels: ['state'] },
      () => {
        const { total, idle, waiting } = this.database.connections;
        return [
          [total - idle, { state: 'busy' }],
          [idle, { state: 'idle' }],
          [waiting, { state: 'waiting' }],
        ];
      },
    );
    this.metrics.observe({ name: 'rampart_db_pool_limit', help: 'Connections that the pool may open.' }, () => [
      [this.database.connections.limit],
    ]);
  }

  private observeJobs(): void {
    this.metrics.observe(
      {
        name: 'rampart_job_tries_total',
        help: 'Tries of jobs that ended on this instance.',
        labels: ['kind', 'outcome'],
        isCounter: true,
      },
      () =>
        [...this.jobs.outcomes()].flatMap(([job, { done, failed }]) => [
          [done, { kind: job, outcome: 'done' }] as const,
          [failed, { kind: job, outcome: 'failed' }] as const,
        ]),
    );
    this.metrics.observe(
      { name: 'rampart_jobs_waiting', help: 'Jobs that are queued or under way.', labels: ['kind'] },
      async () => (await this.jobs.backlog()).map(({ job, waiting }) => [waiting, { kind: job }]),
    );
  }

  /** Clients are credentials of ours, up to a bound: see DeprecatedUses. */
  private observeDeprecatedUses(): void {
    this.metrics.observe(
      {
        name: 'rampart_deprecated_requests_total',
        help: 'Requests to deprecated routes, by client.',
        labels: ['route', 'client'],
        isCounter: true,
      },
      () => this.deprecated.list().map(({ route, client, count }) => [count, { route, client }]),
    );
  }

  private observeCertificates(): void {
    this.metrics.observe(
      { name: 'rampart_certificate_end_timestamp_seconds', help: 'When a certificate ends.', labels: ['certificate'] },
      async () => {
        const ends = this.config.values.WATCHED_CERTIFICATES.map(readCertificateEnd);
        return (await Promise.all(ends)).map(({ name, end }) => [end, { certificate: name }]);
      },
    );
  }
}
