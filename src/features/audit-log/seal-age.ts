import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Readiness } from '../../platform/health/index.js';
import { Metrics } from '../../platform/telemetry/index.js';
import { Clock } from '../../platform/time/index.js';
import { SealsRepository } from './seals.repository.js';

/** The sealer runs every minute; this is when somebody should look. */
const TOO_OLD_SECONDS = 10 * 60;

/** For how long the oldest event has waited for its seal: whatever is not sealed can be taken away unseen. @control PT.3 B11.2 */
@Injectable()
export class SealAge implements OnModuleInit {
  constructor(
    private readonly seals: SealsRepository,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
    private readonly readiness: Readiness,
  ) {}

  onModuleInit(): void {
    this.metrics.observe(
      { name: 'rampart_audit_unsealed_age_seconds', help: 'For how long the oldest event has waited for its seal.' },
      async () => [[await this.seconds()]],
    );
    this.readiness.tell('audit-seal', async () => (await this.seconds()) < TOO_OLD_SECONDS);
  }

  private async seconds(): Promise<number> {
    const since = await this.seals.oldestUnsealedAt();
    return since === undefined ? 0 : Math.max(0, (this.clock.now().getTime() - since.getTime()) / 1000);
  }
}
