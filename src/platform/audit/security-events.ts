import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { inClientSpan } from '../telemetry/index.js';
import { Clock } from '../time/index.js';
import { AuditStore } from './audit-store.js';
import { kindOf } from './event-catalogue.js';
import { EventWriter } from './event-writer.js';
import { completeEvent, type RecordedEvent, type SecurityEvent } from './security-event.js';

/** Who waits for the trail sees it in the trace. */
const EVENT_WRITE = { 'db.system.name': 'postgresql', 'db.collection.name': 'AuditEvent' };

type Listener = (event: RecordedEvent) => void;

/**
 * What happened, for the audit trail, the log, and whoever listens. Who did it and from where comes from the request at hand.
 * @control B11.1 B11.3 A6.1
 */
@Injectable()
export class SecurityEvents implements OnApplicationShutdown {
  private readonly logger = new Logger(SecurityEvents.name);
  private readonly listeners: Listener[] = [];
  private readonly writer: EventWriter;

  constructor(
    private readonly store: AuditStore,
    private readonly clock: Clock,
  ) {
    this.writer = new EventWriter(store, (err) => {
      this.logger.error({ msg: 'events cannot be written to the audit trail for now', err });
    });
  }

  /** Noted events that wait to be written, and those that found no place while the database was away. */
  get backlog(): { readonly pending: number; readonly lost: number } {
    return { pending: this.writer.pendingCount, lost: this.writer.lostCount };
  }

  /**
   * For what must not happen without its event. In a transaction the two commit together or not at all; otherwise the event is
   * kept when this returns, so await it before the answer leaves. Rejects when it cannot be kept (fails closed).
   */
  async record(event: SecurityEvent): Promise<void> {
    const recorded = completeEvent(event, this.clock.now());
    if (this.store.isInTransaction) {
      await this.store.add([recorded]);
      this.store.afterCommit(() => this.announce(recorded));
      return;
    }
    await inClientSpan('record event', EVENT_WRITE, () => this.writer.write(recorded));
    this.announce(recorded);
  }

  /** For what happens anyway: refusals, and reads of little weight. Never throws, never waits; written a moment later. */
  note(event: SecurityEvent): void {
    try {
      const recorded = completeEvent(event, this.clock.now());
      this.writer.writeLater(recorded);
      this.announce(recorded);
    } catch (err) {
      this.logger.error({ msg: 'an event could not be noted', event: event.name, err });
    }
  }

  /** Called with each event once it counts: in the same turn, so a listener only takes it down. */
  subscribe(listener: Listener): void {
    this.listeners.push(listener);
  }

  /** What was noted is kept before the process ends. */
  async onApplicationShutdown(): Promise<void> {
    await this.writer.close();
    await this.store.close();
  }

  private announce(event: RecordedEvent): void {
    this.log(event);
    for (const listener of this.listeners) {
      try {
        listener(event);
      } catch (err) {
        this.logger.error({ msg: 'a listener of security events failed', event: event.name, err });
      }
    }
  }

  private log({ facts, id, name, ...event }: RecordedEvent): void {
    const line = { msg: name, event: name, eventId: id, ...facts, ...present(event) };
    const { severity } = kindOf(name);
    if (severity === 'informational') this.logger.log(line);
    else if (severity === 'high' || severity === 'critical') this.logger.error(line);
    else this.logger.warn(line);
  }
}

/** The logger's own, and what has nothing to say. */
const LEFT_OUT = new Set(['occurredAt', 'requestId']);

function present(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const isEmpty = (value: unknown) => value === null || (Array.isArray(value) && value.length === 0);
  return Object.fromEntries(Object.entries(values).filter(([name, value]) => !LEFT_OUT.has(name) && !isEmpty(value)));
}
