import { Injectable } from '@nestjs/common';
import type { Actor } from '../../platform/access/index.js';
import { newId } from '../../platform/crypto/index.js';
import { Database } from '../../platform/database/index.js';
import { visiblePatients } from '../patients/index.js';

export interface NewGrant {
  readonly patientId: string;
  readonly reason: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

@Injectable()
export class BreakGlassRepository {
  constructor(private readonly database: Database) {}

  /** Whether there is such a patient in the organization of the actor, in whoever's care. */
  async hasPatient(actor: Actor, patientId: string): Promise<boolean> {
    const patient = await this.database.client.patient.findFirst({
      where: { id: patientId, ...visiblePatients(actor) },
      select: { id: true },
    });
    return patient !== null;
  }

  /** For the actor alone. Returns the id. */
  async add({ id: clinicianId, organizationId }: Actor, grant: NewGrant): Promise<string> {
    const id = newId();
    await this.database.client.breakGlass.create({
      data: { id, organizationId, clinicianId, ...grant },
      select: { id: true },
    });
    return id;
  }

  /** Whom it concerns that a glass was broken. */
  async listOwners({ organizationId }: Actor): Promise<readonly string[]> {
    const rows = await this.database.client.membership.findMany({
      where: { organizationId, role: 'owner' },
      select: { userId: true },
    });
    return rows.map(({ userId }) => userId);
  }
}
