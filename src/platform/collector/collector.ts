import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { SecurityEvents } from '../audit/index.js';
import { Metrics } from '../telemetry/index.js';
import { Clock } from '../time/index.js';
import { CollectorConfig } from './collector.config.js';
import { SendBuffer } from './send-buffer.js';
import { openConnection } from './syslog-connection.js';
import { framedMessage } from './syslog-message.js';

/** Messages of one write. */
const BATCH = 100;
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 10_000;
/** A connection that ends sooner was none: with TLS 1.3 a server refuses our certificate after the handshake. */
const STEADY_AFTER_MS = 1000;
/** How long a stop waits for the collector to take what is left. */
const FAREWELL_MS = 2000;

/**
 * Sends every security event to a collector elsewhere, where whoever takes over this server cannot change it. While the
 * collector is away events are kept up to a bound and an alarm is raised; nobody waits for it (docs/adr/0040-collector.md).
 * @control A6.4
 */
@Injectable()
export class Collector implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(Collector.name);
  private readonly buffer: SendBuffer;
  private readonly isWanted: boolean;
  private socket: TLSSocket | undefined;
  private steady: NodeJS.Timeout | undefined;
  private isSteady = false;
  private isAway = false;
  private isStopping = false;
  private failures = 0;

  constructor(
    private readonly config: CollectorConfig,
    private readonly events: SecurityEvents,
    private readonly clock: Clock,
    metrics: Metrics,
  ) {
    this.buffer = new SendBuffer(config.values.SYSLOG_BUFFER);
    this.isWanted = config.values.SYSLOG_URL !== undefined;
    this.observe(metrics);
    if (!this.isWanted) return;
    events.subscribe((event) => {
      this.buffer.add(framedMessage(event));
      this.pump();
    });
  }

  /** A start does not wait for it either. */
  onModuleInit(): void {
    if (this.isWanted) this.connect();
  }

  async onApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    const { socket } = this;
    if (socket !== undefined) {
      this.pump();
      socket.end();
      await Promise.race([once(socket, 'close'), delay(FAREWELL_MS, undefined, { ref: false })]);
      socket.destroy();
    }
    if (this.buffer.waiting > 0) {
      this.logger.error({ msg: 'the collector has not got all events; the trail has', waiting: this.buffer.waiting });
    }
  }

  private connect(): void {
    openConnection(this.config.values, {
      onReady: (socket) => this.begin(socket),
      onDrain: () => this.pump(),
      onEnd: (reason) => this.retry(reason),
    }).catch((error: unknown) => this.retry(error));
  }

  private begin(socket: TLSSocket): void {
    this.socket = socket;
    this.steady = setTimeout(() => this.settle(), STEADY_AFTER_MS).unref();
    this.pump();
  }

  private settle(): void {
    this.isSteady = true;
    this.failures = 0;
    if (this.isAway) this.events.note({ name: 'sys_collector_restored' });
    this.isAway = false;
  }

  private pump(): void {
    while (this.takesMore && this.buffer.waiting > 0) {
      this.socket?.write(this.buffer.take(BATCH, this.clock.now().getTime()).join(''));
    }
  }

  private get takesMore(): boolean {
    return this.socket?.writable === true && !this.socket.writableNeedDrain;
  }

  private retry(reason: unknown): void {
    clearTimeout(this.steady);
    this.isSteady = false;
    this.socket = undefined;
    this.buffer.rewind(this.clock.now().getTime());
    if (this.isStopping) return;
    if (!this.isAway) this.events.note({ name: 'sys_collector_lost', facts: { err: reason } });
    this.isAway = true;
    const wait = Math.min(FIRST_RETRY_MS * 2 ** this.failures, LONGEST_RETRY_MS);
    this.failures += 1;
    setTimeout(() => !this.isStopping && this.connect(), wait).unref();
  }

  /** Without a collector they have no value, and no alert fires. */
  private observe(metrics: Metrics): void {
    const ofSyslog = (value: () => number) => () =>
      this.isWanted ? [[value(), { collector: 'syslog' }] as const] : [];
    const labels = ['collector'] as const;
    metrics.observe(
      { name: 'rampart_collector_connected', help: '1 while security events reach the collector.', labels },
      ofSyslog(() => (this.isSteady ? 1 : 0)),
    );
    metrics.observe(
      { name: 'rampart_collector_events_waiting', help: 'Security events that are not sent yet.', labels },
      ofSyslog(() => this.buffer.waiting),
    );
    metrics.observe(
      {
        name: 'rampart_collector_events_lost_total',
        help: 'Security events that found no place while the collector was away.',
        labels,
        isCounter: true,
      },
      ofSyslog(() => this.buffer.lost),
    );
  }
}
