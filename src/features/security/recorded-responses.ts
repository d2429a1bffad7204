import { Injectable } from '@nestjs/common';
import { SecurityEvents } from '../../platform/audit/index.js';
import { UnitOfWork } from '../../platform/database/index.js';
import {
  DetectionConfig,
  DetectionResponses,
  eventOf,
  type Detection,
  type Reaction,
} from '../../platform/detection/index.js';
import { includesAddress } from '../../platform/networks/index.js';
import { Clock } from '../../platform/time/index.js';
import { MembershipsRepository } from '../organizations/index.js';
import { SessionsService } from '../sessions/index.js';
import { AlertChannels } from './alert-channels.js';
import { CachedMeasures } from './cached-measures.js';
import { reactionsTo } from './reactions.policy.js';

interface Raised {
  /** Of the alert. */
  readonly id: string;
  readonly organizationId: string | null;
  readonly reactions: readonly Reaction[];
}

/** An alert for everybody whom it concerns, what is done about it, and word of it to the outside. @control B12.2 */
@Injectable()
export class RecordedResponses extends DetectionResponses {
  constructor(
    private readonly channels: AlertChannels,
    private readonly measures: CachedMeasures,
    private readonly memberships: MembershipsRepository,
    private readonly sessions: SessionsService,
    private readonly events: SecurityEvents,
    private readonly work: UnitOfWork,
    private readonly config: DetectionConfig,
    private readonly clock: Clock,
  ) {
    super();
  }

  override async respond(detection: Detection): Promise<void> {
    const occurredAt = this.clock.now();
    const reactions = reactionsTo(detection, this.isExempt(detection));
    const organizations = await this.organizationsOf(detection);
    const {
      id: point,
      point: { severity },
      subject,
      count,
    } = detection;
    await this.work.run(async () => {
      for (const organizationId of organizations) {
        const alert = { point, severity, subject, count, reactions: [...reactions], occurredAt };
        const id = await this.channels.raise({ ...alert, organizationId });
        await this.record(detection, { id, organizationId, reactions });
      }
      for (const reaction of reactions) await this.react(detection, reaction, occurredAt);
    });
    await this.measures.refresh();
  }

  /** Who made themselves noticed, by what, and what was done: the alert has the rest. @control B11.1 B12.2 */
  private async record(
    { id: point, subject, count }: Detection,
    { id, organizationId, reactions }: Raised,
  ): Promise<void> {
    const measures = reactions.length === 0 ? undefined : { measures: { from: null, to: reactions.join(', ') } };
    await this.events.record({
      name: eventOf(point),
      organizationId,
      reason: point,
      target: { type: 'security-alert', ids: [id] },
      ...(measures !== undefined && { changes: measures }),
      facts: { subject, count },
    });
  }

  private isExempt({ signal: { ip } }: Detection): boolean {
    return ip !== undefined && includesAddress(this.config.neverBlock, ip);
  }

  /** Whom it concerns: those whose caller or account it was about; the operator alone when it was nobody's. */
  private async organizationsOf({ point, signal }: Detection): Promise<readonly (string | null)[]> {
    if (point.by === 'account' && signal.account !== undefined) {
      const memberships = await this.memberships.listOf(signal.account);
      return memberships.length === 0 ? [null] : memberships.map(({ organizationId }) => organizationId);
    }
    return [point.by === 'principal' ? (signal.organizationId ?? null) : null];
  }

  private async react({ id, point, subject, signal }: Detection, kind: Reaction, createdAt: Date): Promise<void> {
    if (kind === 'revoke-session') {
      if (signal.sessionId !== undefined) await this.sessions.endSuspected(signal.sessionId);
      return;
    }
    const expiresAt = new Date(createdAt.getTime() + this.config.values.DETECTION_REACTION_S * 1000);
    // What is about an address is nobody's but the operator's: others work from there for other organizations.
    const organizationId = point.by === 'principal' ? (signal.organizationId ?? null) : null;
    await this.measures.impose({ organizationId, subject, kind, point: id, createdAt, expiresAt });
  }
}
