import { Injectable } from '@nestjs/common';
import { MembershipsRepository } from '../../features/organizations/index.js';
import type { Actor } from '../../platform/access/index.js';
import { ResourceNotFound } from '../../platform/errors/index.js';
import { PreconditionFailed, PreconditionRequired, type Precondition } from '../../platform/preconditions/index.js';
import type { Page } from '../../platform/serialization/index.js';
import type { PageQuery } from '../../platform/validation/index.js';
import type { CreatePatientBody, UpdatePatientBody } from './patients.bodies.js';
import { ClinicianUnknown } from './patients.errors.js';
import { PatientsRepository, type PatientRead, type PatientRow } from './patients.repository.js';

@Injectable()
export class PatientsService {
  constructor(
    private readonly patients: PatientsRepository,
    private readonly memberships: MembershipsRepository,
  ) {}

  list(actor: Actor, query: PageQuery): Promise<Page<PatientRead>> {
    return this.patients.list(actor, query);
  }

  async show(actor: Actor, id: string): Promise<PatientRead> {
    const patient = await this.patients.find(actor, id);
    if (patient === undefined) throw new ResourceNotFound();
    return patient;
  }

  async lookUp(actor: Actor, nationalId: string): Promise<Page<PatientRow>> {
    return { items: await this.patients.findByNationalId(actor, nationalId), nextCursor: null };
  }

  /** Throws `ClinicianUnknown` unless the clinician is one of the same organization. @control B2.1 */
  async create(actor: Actor, { birthDate, clinicianId, ...fields }: CreatePatientBody): Promise<PatientRow> {
    return this.patients.create(actor, {
      ...fields,
      birthDate: new Date(birthDate),
      clinicianId: await this.careGiver(actor, clinicianId),
    });
  }

  async update(
    actor: Actor,
    id: string,
    seen: Precondition,
    { birthDate, ...changes }: UpdatePatientBody,
  ): Promise<PatientRow> {
    const given = { ...changes, ...(birthDate !== undefined && { birthDate: new Date(birthDate) }) };
    return this.change(actor, id, seen, () => this.patients.update(actor, id, seen, given));
  }

  async delete(actor: Actor, id: string, seen: Precondition): Promise<void> {
    await this.change(actor, id, seen, () => this.patients.delete(actor, id, seen));
  }

  /** What the actor may not see is a 404, whatever they say about its version. */
  private async change<T>(
    actor: Actor,
    id: string,
    seen: Precondition,
    change: () => Promise<T | undefined>,
  ): Promise<T> {
    const changed = seen.isAbsent ? undefined : await change();
    if (changed !== undefined) return changed;
    await this.show(actor, id);
    throw seen.isAbsent ? new PreconditionRequired() : new PreconditionFailed();
  }

  /** The named clinician, who must be one of this organization (B2.1); otherwise the caller, when they are one. */
  private async careGiver(actor: Actor, clinicianId: string | undefined): Promise<string | undefined> {
    if (clinicianId === undefined) return actor.role === 'clinician' ? actor.userId : undefined;
    const isClinicianHere = await this.memberships.hasMember(actor.organizationId, clinicianId, 'clinician');
    if (!isClinicianHere) throw new ClinicianUnknown();
    return clinicianId;
  }
}
