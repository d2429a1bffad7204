import { Injectable } from '@nestjs/common';
import type { Actor } from '../../platform/access/index.js';
import { newId } from '../../platform/crypto/index.js';
import { Database, type Prisma } from '../../platform/database/index.js';
import { toPage, type Page } from '../../platform/serialization/index.js';
import { visiblePatients } from './patients.policy.js';

/** What the views show, and nothing else: a column that is not listed is not even read. */
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

export type PatientRow = Prisma.PatientGetPayload<{ select: typeof columns }>;

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

interface PageRequest {
  readonly limit: number;
  readonly cursor?: string;
}

@Injectable()
export class PatientsRepository {
  constructor(private readonly database: Database) {}

  async list(actor: Actor, { limit, cursor }: PageRequest): Promise<Page<PatientRow>> {
    const rows = await this.database.client.patient.findMany({
      where: { ...visiblePatients(actor), ...(cursor !== undefined && { id: { gt: cursor } }) },
      select: columns,
      orderBy: { id: 'asc' },
      take: limit + 1,
    });
    return toPage(rows, { limit });
  }

  async find(actor: Actor, id: string): Promise<PatientRow | undefined> {
    const row = await this.database.client.patient.findUnique({
      where: { id, ...visiblePatients(actor) },
      select: columns,
    });
    return row ?? undefined;
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
      select: columns,
    });
  }

  /** Throws what becomes a 404 when the actor may not see the patient. */
  async update(actor: Actor, id: string, changes: PatientChanges): Promise<PatientRow> {
    return this.database.client.patient.update({
      where: { id, ...visiblePatients(actor) },
      data: changes,
      select: columns,
    });
  }

  async delete(actor: Actor, id: string): Promise<void> {
    await this.database.client.patient.delete({ where: { id, ...visiblePatients(actor) }, select: { id: true } });
  }
}
