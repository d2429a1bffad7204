import { Injectable } from '@nestjs/common';
import { personOf, type Actor } from '../../platform/access/index.js';
import { newId } from '../../platform/crypto/index.js';
import { Database, type Prisma } from '../../platform/database/index.js';
import { toPage, VisibleColumns, type Page, type PageRequest } from '../../platform/serialization/index.js';
import { Clock } from '../../platform/time/index.js';
import { patientsWithVisibleRecords } from './records.policy.js';
import { RecordView } from './records.views.js';

const columns = {
  id: true,
  patientId: true,
  authorId: true,
  kind: true,
  note: true,
  recordedAt: true,
  createdAt: true,
} as const satisfies Prisma.MedicalRecordSelect;

const visible = new VisibleColumns(RecordView, columns);

export type RecordRow = Prisma.MedicalRecordGetPayload<{ select: typeof columns }>;

export interface NewRecord {
  readonly kind: RecordRow['kind'];
  readonly note: string;
  readonly recordedAt: Date;
}

@Injectable()
export class RecordsRepository {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Whether the actor may see the records of this patient, of which there may be none. */
  async mayAccess(actor: Actor, patientId: string): Promise<boolean> {
    const patient = await this.database.client.patient.findFirst({
      where: { id: patientId, ...patientsWithVisibleRecords(actor, this.clock.now()) },
      select: { id: true },
    });
    return patient !== null;
  }

  async list(actor: Actor, patientId: string, { limit, cursor }: PageRequest): Promise<Page<RecordRow>> {
    const rows = await this.database.client.medicalRecord.findMany({
      where: {
        organizationId: actor.organizationId,
        patientId,
        patient: patientsWithVisibleRecords(actor, this.clock.now()),
        ...(cursor !== undefined && { id: { gt: cursor } }),
      },
      select: visible.for(actor.permissions),
      orderBy: { id: 'asc' },
      take: limit + 1,
    });
    return toPage(rows, { limit });
  }

  async find(actor: Actor, id: string): Promise<RecordRow | undefined> {
    const row = await this.database.client.medicalRecord.findFirst({
      where: { id, organizationId: actor.organizationId, patient: patientsWithVisibleRecords(actor, this.clock.now()) },
      select: visible.for(actor.permissions),
    });
    return row ?? undefined;
  }

  async create(actor: Actor, patientId: string, record: NewRecord): Promise<RecordRow> {
    return this.database.client.medicalRecord.create({
      data: { id: newId(), organizationId: actor.organizationId, patientId, authorId: personOf(actor), ...record },
      select: visible.for(actor.permissions),
    });
  }
}
