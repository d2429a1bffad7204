import { Injectable } from '@nestjs/common';
import { detectionPoints, isPointId } from '../../platform/detection/index.js';
import { DetectionReport, type BlockedAddress, type LiveAlert } from '../../platform/monitoring/index.js';
import { Clock } from '../../platform/time/index.js';
import { AlertsRepository } from './alerts.repository.js';
import { MeasuresRepository } from './measures.repository.js';

const ALERTS_SINCE_MS = 24 * 3_600_000;

/** What was noticed of late and who is blocked, of all organizations: for operators on the second listener. @control B12.2 */
@Injectable()
export class OperatorsReport extends DetectionReport {
  constructor(
    private readonly alertRows: AlertsRepository,
    private readonly measures: MeasuresRepository,
    private readonly clock: Clock,
  ) {
    super();
  }

  override async alerts(): Promise<readonly LiveAlert[]> {
    const since = new Date(this.clock.now().getTime() - ALERTS_SINCE_MS);
    return (await this.alertRows.listOfEverybody(since)).map(({ point, severity, subject, occurredAt }) => ({
      severity: severity === 'high' ? 'page' : 'ticket',
      summary: `${isPointId(point) ? detectionPoints[point].title : point}: ${subject}`,
      runbook: 'detection',
      since: occurredAt,
    }));
  }

  override async blocked(): Promise<readonly BlockedAddress[]> {
    const rows = await this.measures.listInForce(this.clock.now());
    return rows.map(({ subject, kind, point, expiresAt }) => ({
      address: subject,
      reason: `${kind}, ${point}`,
      until: expiresAt,
    }));
  }
}
