import { Injectable } from '@nestjs/common';
import type { Actor } from '../../platform/access/index.js';
import { SecurityEvents } from '../../platform/audit/index.js';
import { UnitOfWork } from '../../platform/database/index.js';
import { ResourceNotFound } from '../../platform/errors/index.js';
import type { Page } from '../../platform/serialization/index.js';
import { Clock } from '../../platform/time/index.js';
import type { PageQuery } from '../../platform/validation/index.js';
import type { CreateRecordBody } from './records.bodies.js';
import { RecordsRepository, type RecordRow } from './records.repository.js';

@Injectable()
export class RecordsService {
  constructor(
    private readonly records: RecordsRepository,
    private readonly events: SecurityEvents,
    private readonly work: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  async list(actor: Actor, patientId: string, query: PageQuery): Promise<Page<RecordRow>> {
    await this.requireAccess(actor, patientId);
    const page = await this.records.list(actor, patientId, query);
    // That a patient has no records is something to know as well.
    await this.events.record({
      name: 'sensitive_read',
      reason: 'records-of',
      target: { type: 'patient', ids: [patientId] },
    });
    return page;
  }

  async show(actor: Actor, id: string): Promise<RecordRow> {
    const record = await this.records.find(actor, id);
    if (record === undefined) throw new ResourceNotFound();
    await this.events.record({ name: 'sensitive_read', target: { type: 'record', ids: [id] } });
    return record;
  }

  async create(actor: Actor, patientId: string, body: CreateRecordBody): Promise<RecordRow> {
    await this.requireAccess(actor, patientId);
    const recordedAt = body.recordedAt === undefined ? this.clock.now() : new Date(body.recordedAt);
    return this.work.run(async () => {
      const record = await this.records.create(actor, patientId, { kind: body.kind, note: body.note, recordedAt });
      await this.events.record({ name: 'sensitive_create', target: { type: 'record', ids: [record.id] } });
      return record;
    });
  }

  private async requireAccess(actor: Actor, patientId: string): Promise<void> {
    if (!(await this.records.mayAccess(actor, patientId))) throw new ResourceNotFound();
  }
}
