import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { DatabaseNotifications } from '../../platform/database/index.js';
import { isMeasureKind, Measures, type Measure } from '../../platform/detection/index.js';
import { Clock } from '../../platform/time/index.js';
import { MeasuresRepository, type NewMeasure } from './measures.repository.js';

/** Sent by a trigger, in the transaction of the change. */
const CHANNEL = 'measures_changed';
const NONE: readonly Measure[] = [];

/**
 * What is in force, in memory: a few rows, read whole whenever PostgreSQL says that something has changed. While that line is
 * down, what is known stays in force until it ends (fails closed for whoever is blocked, and shuts nobody else out).
 * @control B12.2
 */
@Injectable()
export class CachedMeasures extends Measures implements OnApplicationBootstrap {
  private readonly logger = new Logger(CachedMeasures.name);
  private bySubject: ReadonlyMap<string, readonly Measure[]> = new Map();
  private reading: Promise<void> | undefined;
  private isStale = false;

  constructor(
    private readonly measures: MeasuresRepository,
    private readonly notifications: DatabaseNotifications,
    private readonly clock: Clock,
  ) {
    super();
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.notifications.listen(CHANNEL, {
      onMessage: () => void this.refresh(),
      onGap: () => void this.refresh(),
    });
    await this.refresh();
  }

  override get isEmpty(): boolean {
    return this.bySubject.size === 0;
  }

  override of(subject: string): readonly Measure[] {
    return this.bySubject.get(subject) ?? NONE;
  }

  /** In the transaction that is open; here at once when it commits, and a moment later on the other instances. */
  async impose(measure: NewMeasure): Promise<void> {
    await this.measures.add(measure);
  }

  /** Reads anew; whoever asks while that is under way gets another reading after it. */
  async refresh(): Promise<void> {
    if (this.reading !== undefined) {
      this.isStale = true;
      return this.reading;
    }
    this.reading = this.read().finally(() => (this.reading = undefined));
    return this.reading;
  }

  private async read(): Promise<void> {
    do {
      this.isStale = false;
      try {
        const rows = await this.measures.listInForce(this.clock.now());
        this.bySubject = Map.groupBy(rows.flatMap(toMeasure), ({ subject }) => subject);
      } catch (err) {
        this.logger.warn({ msg: 'the measures in force could not be read; the known ones stay', err });
      }
    } while (this.isStale);
  }
}

interface Row {
  readonly subject: string;
  readonly kind: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

function toMeasure({ subject, kind, createdAt, expiresAt }: Row) {
  if (!isMeasureKind(kind)) return [];
  return [{ subject, kind, since: createdAt.getTime(), until: expiresAt.getTime() }];
}
