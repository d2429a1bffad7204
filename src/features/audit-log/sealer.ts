import { Buffer } from 'node:buffer';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataKeys } from '../../platform/crypto/index.js';
import { UnitOfWork } from '../../platform/database/index.js';
import { JobQueue } from '../../platform/jobs/index.js';
import { Clock } from '../../platform/time/index.js';
import { digestOf, macOf, NO_MAC, SEAL_PURPOSE, type StoredEvent } from './seal.js';
import { SealsRepository } from './seals.repository.js';

const EVERY_MINUTE = '* * * * *';
/** Events of one run: more than that wait for the next round of the same run. */
const BATCH_SIZE = 5000;

/**
 * Seals what has been written to the audit trail: a chain per organization, in batches, behind the requests, none of which waits
 * for it. What is not sealed yet can be taken away unseen, so what is sealed should be nearly everything. @control B11.2
 */
@Injectable()
export class Sealer implements OnModuleInit {
  constructor(
    private readonly seals: SealsRepository,
    private readonly keys: DataKeys,
    private readonly work: UnitOfWork,
    private readonly jobs: JobQueue,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.jobs.repeat('audit.seal', EVERY_MINUTE, () => this.seal());
  }

  /** Seals everything there is; nothing when another instance is at it. */
  async seal(): Promise<void> {
    let sealed = BATCH_SIZE;
    while (sealed === BATCH_SIZE) sealed = await this.work.run(() => this.sealBatch());
  }

  private async sealBatch(): Promise<number> {
    if (!(await this.seals.lock())) return 0;
    const events = await this.seals.listUnsealed(BATCH_SIZE);
    for (const [scope, own] of Map.groupBy(events, (event) => event.scope)) await this.addLink(scope, own);
    return events.length;
  }

  /** Under the key of what belongs to no organization: the chain of one whose keys are destroyed can still be verified. */
  private async addLink(scope: string, events: readonly StoredEvent[]): Promise<void> {
    const last = await this.seals.findLast(scope);
    const key = await this.keys.current(null);
    const link = {
      scope,
      number: (last?.number ?? 0) + 1,
      sequences: events.map(({ sequence }) => sequence),
      digests: Buffer.concat(events.map(digestOf)),
      keyId: key.id,
      sealedAt: this.clock.now(),
    };
    await this.seals.add({ ...link, mac: macOf(key.derive(SEAL_PURPOSE), last?.mac ?? NO_MAC, link) });
  }
}
