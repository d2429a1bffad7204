import { Injectable } from '@nestjs/common';
import type { Actor } from '../../platform/access/index.js';
import { newId } from '../../platform/crypto/index.js';
import { Database, orUndefined, type PreparedReads, type Prisma, type ReadRow } from '../../platform/database/index.js';
import type { Precondition } from '../../platform/preconditions/index.js';
import { toPage, VisibleColumns, type Page, type PageRequest } from '../../platform/serialization/index.js';
import { visiblePatients } from './patients.policy.js';
import { PatientView } from './patients.views.js';

/** What the views show, and nothing else. Of these, an actor's query names the columns that the actor sees. @control B7.2 */
const columns = {
  id: true,
  givenName: true,
  familyName: true,
  birthDate: true,
  nationalId: true,
  phone: true,
  address: true,
  createdAt: true,
  updatedAt: true,
} as const satisfies Prisma.PatientSelect;

/** More entries with one national id than this are a mistake, and of no use on a screen. */
const MAX_MATCHES = 100;

const visible = new VisibleColumns(PatientView, columns);

type FullRow = Prisma.PatientGetPayload<{ select: typeof columns }>;

export type PatientRow = Partial<FullRow> & { readonly id: string };

/** As the reads give it. */
export type PatientRead = ReadRow<PatientRow>;

export interface NewPatient {
  readonly givenName: string;
  readonly familyName: string;
  readonly birthDate: Date;
  readonly nationalId: string;
  readonly phone: string;
  readonly address: string;
  /** Who takes the patient into care from the start. */
  readonly clinicianId: string | undefined;
}

export type PatientChanges = Partial<Omit<NewPatient, 'clinicianId'>>;

@Injectable()
export class PatientsRepository {
  private readonly reads: PreparedReads<FullRow>;

  constructor(private readonly database: Database) {
    this.reads = database.prepareReads<FullRow>('Patient', columns);
  }

  async list(actor: Actor, page: PageRequest): Promise<Page<PatientRead>> {
    const rows = await this.readsOf(actor).page({ ...visiblePatients(actor) }, page);
    return toPage(rows, page);
  }

  find(actor: Actor, id: string): Promise<PatientRead | undefined> {
    return this.readsOf(actor).first({ id, ...visiblePatients(actor) });
  }

  /** Equality alone, through the blind index. Two entries of one person are two rows. @control B10.3 */
  async findByNationalId(actor: Actor, nationalId: string): Promise<PatientRow[]> {
    return this.database.client.patient.findMany({
      where: {
        ...visiblePatients(actor),
        nationalIdIndex: { in: await this.database.blindIndexesOf('Patient', 'nationalId', nationalId) },
      },
      select: visible.for(actor.permissions),
      orderBy: { id: 'asc' },
      take: MAX_MATCHES,
    });
  }

  async create(actor: Actor, { clinicianId, ...fields }: NewPatient): Promise<PatientRow> {
    const { organizationId } = actor;
    return this.database.client.patient.create({
      data: {
        id: newId(),
        organizationId,
        ...fields,
        ...(clinicianId !== undefined && { careTeam: { create: { organizationId, clinicianId } } }),
      },
      select: visible.for(actor.permissions),
    });
  }

  /** Undefined when the actor may not see the patient, or has seen another version of it; so for `delete`. */
  update(actor: Actor, id: string, seen: Precondition, changes: PatientChanges): Promise<PatientRow | undefined> {
    return orUndefined(
      this.database.client.patient.update({
        where: { id, ...visiblePatients(actor), ...seen.where(id) },
        data: changes,
        select: visible.for(actor.permissions),
      }),
    );
  }

  delete(actor: Actor, id: string, seen: Precondition): Promise<{ readonly id: string } | undefined> {
    const where = { id, ...visiblePatients(actor), ...seen.where(id) };
    return orUndefined(this.database.client.patient.delete({ where, select: { id: true } }));
  }

  private readsOf(actor: Actor) {
    return this.reads.only(visible.for(actor.permissions));
  }
}
