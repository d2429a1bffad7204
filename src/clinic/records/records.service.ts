import { Injectable } from '@nestjs/common';
import type { Actor } from '../../platform/access/index.js';
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
    private readonly clock: Clock,
  ) {}

  async list(actor: Actor, patientId: string, query: PageQuery): Promise<Page<RecordRow>> {
    await this.requireAccess(actor, patientId);
    return this.records.list(actor, patientId, query);
  }

  async show(actor: Actor, id: string): Promise<RecordRow> {
    const record = await this.records.find(actor, id);
    if (record === undefined) throw new ResourceNotFound();
    return record;
  }

  async create(actor: Actor, patientId: string, body: CreateRecordBody): Promise<RecordRow> {
    await this.requireAccess(actor, patientId);
    const recordedAt = body.recordedAt === undefined ? this.clock.now() : new Date(body.recordedAt);
    return this.records.create(actor, patientId, { kind: body.kind, note: body.note, recordedAt });
  }

  private async requireAccess(actor: Actor, patientId: string): Promise<void> {
    if (!(await this.records.mayAccess(actor, patientId))) throw new ResourceNotFound();
  }
}
