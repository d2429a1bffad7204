import { Injectable } from '@nestjs/common';
import { MembershipsRepository } from '../../features/organizations/index.js';
import type { Actor } from '../../platform/access/index.js';
import { changesBetween, SecurityEvents } from '../../platform/audit/index.js';
import { UnitOfWork } from '../../platform/database/index.js';
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
    private readonly events: SecurityEvents,
    private readonly work: UnitOfWork,
  ) {}

  async list(actor: Actor, query: PageQuery): Promise<Page<PatientRead>> {
    const page = await this.patients.list(actor, query);
    await this.recordRead(page.items);
    return page;
  }

  async show(actor: Actor, id: string): Promise<PatientRead> {
    const patient = await this.find(actor, id);
    await this.recordRead([patient]);
    return patient;
  }

  async lookUp(actor: Actor, nationalId: string): Promise<Page<PatientRow>> {
    const items = await this.patients.findByNationalId(actor, nationalId);
    await this.recordRead(items, 'by-national-id');
    return { items, nextCursor: null };
  }

  /** Throws `ClinicianUnknown` unless the clinician is one of the same organization. @control B2.1 */
  async create(actor: Actor, { birthDate, clinicianId, ...fields }: CreatePatientBody): Promise<PatientRow> {
    const careGiver = await this.careGiver(actor, clinicianId);
    const given = { ...fields, birthDate: new Date(birthDate), clinicianId: careGiver };
    return this.work.run(async () => {
      const patient = await this.patients.create(actor, given);
      await this.events.record({ name: 'sensitive_create', target: targetOf([patient]) });
      return patient;
    });
  }

  async update(
    actor: Actor,
    id: string,
    seen: Precondition,
    { birthDate, ...changes }: UpdatePatientBody,
  ): Promise<PatientRow> {
    const given = { ...changes, ...(birthDate !== undefined && { birthDate: new Date(birthDate) }) };
    return this.change(actor, id, seen, async () => {
      const updated = await this.patients.update(actor, id, seen, given);
      if (updated === undefined) return undefined;
      await this.events.record({
        name: 'sensitive_update',
        target: targetOf([updated]),
        changes: changesBetween({}, given),
      });
      return updated;
    });
  }

  async delete(actor: Actor, id: string, seen: Precondition): Promise<void> {
    await this.change(actor, id, seen, async () => {
      const deleted = await this.patients.delete(actor, id, seen);
      if (deleted !== undefined) await this.events.record({ name: 'sensitive_delete', target: targetOf([deleted]) });
      return deleted;
    });
  }

  /** What the actor may not see is a 404, whatever they say about its version. */
  private async change<T>(
    actor: Actor,
    id: string,
    seen: Precondition,
    change: () => Promise<T | undefined>,
  ): Promise<T> {
    const changed = seen.isAbsent ? undefined : await this.work.run(change);
    if (changed !== undefined) return changed;
    await this.find(actor, id);
    throw seen.isAbsent ? new PreconditionRequired() : new PreconditionFailed();
  }

  private async find(actor: Actor, id: string): Promise<PatientRead> {
    const patient = await this.patients.find(actor, id);
    if (patient === undefined) throw new ResourceNotFound();
    return patient;
  }

  /** Nobody sees a patient without a trace: what cannot be recorded does not leave (fails closed). @control B11.1 */
  private async recordRead(seen: readonly { readonly id: string }[], reason?: string): Promise<void> {
    if (seen.length === 0 && reason === undefined) return;
    await this.events.record({
      name: 'sensitive_read',
      target: targetOf(seen),
      ...(reason !== undefined && { reason }),
    });
  }

  /** The named clinician, who must be one of this organization (B2.1); otherwise the caller, when they are one. */
  private async careGiver(actor: Actor, clinicianId: string | undefined): Promise<string | undefined> {
    if (clinicianId === undefined) return actor.role === 'clinician' ? actor.userId : undefined;
    const isClinicianHere = await this.memberships.hasMember(actor.organizationId, clinicianId, 'clinician');
    if (!isClinicianHere) throw new ClinicianUnknown();
    return clinicianId;
  }
}

function targetOf(patients: readonly { readonly id: string }[]) {
  return { type: 'patient', ids: patients.map(({ id }) => id) };
}
