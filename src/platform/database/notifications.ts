import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import { DatabaseConfig } from './database.config.js';
import { connectionTo } from './pool.js';

const RECONNECT_AFTER_MS = 500;
/** A connection can die without a word. Until the next heartbeat notices, changes may be missed: this bounds how long. */
const HEARTBEAT_MS = 2000;
const HEARTBEAT_TIMEOUT_MS = 1000;

interface Subscription {
  readonly onMessage: (payload: string) => void;
  /** Called whenever messages may have been missed: nothing that was remembered can be trusted any more. */
  readonly onGap: () => void;
}

/**
 * PostgreSQL LISTEN on a connection of its own: how the instances tell each other that something changed.
 * `isListening` is false while messages may be missed; whoever caches by it must then ask the database (fail closed).
 */
@Injectable()
export class DatabaseNotifications implements OnApplicationShutdown {
  private readonly logger = new Logger(DatabaseNotifications.name);
  private readonly subscriptions = new Map<string, Subscription[]>();
  private client: pg.Client | undefined;
  private reconnect: NodeJS.Timeout | undefined;
  private heartbeat: NodeJS.Timeout | undefined;
  private stopped = false;
  private listening = false;
  /** The last call of `listen`: one waits for the other, so that all share one connection. */
  private lastCall: Promise<void> = Promise.resolve();

  constructor(private readonly config: DatabaseConfig) {}

  get isListening(): boolean {
    return this.listening;
  }

  /** A channel may have several listeners. */
  async listen(channel: string, subscription: Subscription): Promise<void> {
    this.subscriptions.set(channel, [...(this.subscriptions.get(channel) ?? []), subscription]);
    // How the call before ended is told to who made it.
    this.lastCall = this.lastCall.catch(() => undefined).then(() => this.open(channel, subscription));
    await this.lastCall;
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.reconnect);
    clearInterval(this.heartbeat);
    await this.client?.end();
  }

  private async open(channel: string, { onGap }: Subscription): Promise<void> {
    if (this.client === undefined || !this.listening) return this.connect();
    await this.client.query(`LISTEN ${this.client.escapeIdentifier(channel)}`);
    onGap();
  }

  private async connect(): Promise<void> {
    clearTimeout(this.reconnect);
    const before = this.client;
    // No longer ours: that it ends is no loss of the line.
    this.client = undefined;
    await before?.end().catch(() => undefined);
    const client = new pg.Client({
      ...connectionTo(this.config.values),
      application_name: 'rampart-notifications',
      keepAlive: true,
      query_timeout: HEARTBEAT_TIMEOUT_MS,
    });
    this.client = client;
    client.on('error', (error) => this.logger.warn({ msg: 'the notification connection broke', err: error }));
    client.on('end', () => this.lost(client));
    client.on('notification', ({ channel, payload }) => {
      for (const { onMessage } of this.subscriptions.get(channel) ?? []) onMessage(payload ?? '');
    });
    await client.connect();
    for (const channel of this.subscriptions.keys()) await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
    for (const { onGap } of [...this.subscriptions.values()].flat()) onGap();
    this.listening = true;
    this.watch(client);
  }

  private watch(client: pg.Client): void {
    clearInterval(this.heartbeat);
    this.heartbeat = setInterval(() => {
      client.query('SELECT 1').catch(() => this.lost(client));
    }, HEARTBEAT_MS);
    this.heartbeat.unref();
  }

  private lost(client: pg.Client): void {
    if (client !== this.client) return;
    this.listening = false;
    clearInterval(this.heartbeat);
    if (!this.stopped) this.retryLater();
  }

  private retryLater(): void {
    clearTimeout(this.reconnect);
    this.reconnect = setTimeout(() => {
      // The database is still away: say so at the usual place, and try again.
      this.connect().catch(() => this.retryLater());
    }, RECONNECT_AFTER_MS);
    this.reconnect.unref();
  }
}
