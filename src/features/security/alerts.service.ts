import { Injectable } from '@nestjs/common';
import type { Actor } from '../../platform/access/index.js';
import { SecurityEvents } from '../../platform/audit/index.js';
import { UnitOfWork } from '../../platform/database/index.js';
import { detectionPoints, isPointId } from '../../platform/detection/index.js';
import type { Page } from '../../platform/serialization/index.js';
import { Clock } from '../../platform/time/index.js';
import type { PageQuery } from '../../platform/validation/index.js';
import { AlertsRepository } from './alerts.repository.js';
import type { SecurityAlertView } from './alerts.views.js';
import { CachedMeasures } from './cached-measures.js';
import { MeasuresRepository, type SecurityMeasure } from './measures.repository.js';

@Injectable()
export class AlertsService {
  constructor(
    private readonly alerts: AlertsRepository,
    private readonly measures: MeasuresRepository,
    private readonly cache: CachedMeasures,
    private readonly events: SecurityEvents,
    private readonly work: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  async list(actor: Actor, query: PageQuery): Promise<Page<SecurityAlertView>> {
    const { items, nextCursor } = await this.alerts.list(actor, query);
    return { items: items.map((alert) => ({ ...alert, title: titleOf(alert.point) })), nextCursor };
  }

  async listMeasures(actor: Actor): Promise<Page<SecurityMeasure>> {
    return { items: await this.measures.listInForceOf(actor, this.clock.now()), nextCursor: null };
  }

  /** Here at once; the notification comes to the other instances. Throws what becomes a 404. */
  async lift(actor: Actor, id: string): Promise<void> {
    await this.work.run(async () => {
      const { kind } = await this.measures.lift(actor, id, this.clock.now());
      const target = { type: 'security-measure', ids: [id] };
      const changes = { measure: { from: kind, to: null } };
      await this.events.record({ name: 'authz_change', reason: 'measure-lifted', target, changes });
    });
    await this.cache.refresh();
  }
}

/** A point of an older version may have gone. */
export function titleOf(point: string): string {
  return isPointId(point) ? detectionPoints[point].title : point;
}
