import { Injectable } from '@nestjs/common';
import type { Actor } from '../../platform/access/index.js';
import { newId } from '../../platform/crypto/index.js';
import { Database, type Prisma } from '../../platform/database/index.js';

/** More than this at once is a flood; the latest count. */
const MAX_IN_FORCE = 10_000;

const columns = {
  id: true,
  subject: true,
  kind: true,
  point: true,
  createdAt: true,
  expiresAt: true,
} as const satisfies Prisma.SecurityMeasureSelect;

export type SecurityMeasure = Prisma.SecurityMeasureGetPayload<{ select: typeof columns }>;

export interface NewMeasure extends Omit<SecurityMeasure, 'id'> {
  readonly organizationId: string | null;
}

@Injectable()
export class MeasuresRepository {
  constructor(private readonly database: Database) {}

  async add(measure: NewMeasure): Promise<string> {
    const id = newId();
    await this.database.client.securityMeasure.create({ data: { id, ...measure }, select: { id: true } });
    return id;
  }

  /** Of everybody: what each instance has in memory. */
  async listInForce(now: Date): Promise<readonly SecurityMeasure[]> {
    return this.list({ expiresAt: { gt: now }, liftedAt: null });
  }

  /** Those that the owners of the actor's organization may lift. @control A1.4 */
  async listInForceOf({ organizationId }: Actor, now: Date): Promise<readonly SecurityMeasure[]> {
    return this.list({ organizationId, expiresAt: { gt: now }, liftedAt: null });
  }

  /** Throws what becomes a 404 when there is none in force that the actor may lift. */
  async lift({ organizationId, userId }: Actor, id: string, liftedAt: Date): Promise<SecurityMeasure> {
    return this.database.client.securityMeasure.update({
      where: { id, organizationId, liftedAt: null, expiresAt: { gt: liftedAt } },
      data: { liftedAt, liftedById: userId ?? null },
      select: columns,
    });
  }

  private list(where: Prisma.SecurityMeasureWhereInput): Promise<SecurityMeasure[]> {
    return this.database.client.securityMeasure.findMany({
      where,
      select: columns,
      orderBy: { createdAt: 'desc' },
      take: MAX_IN_FORCE,
    });
  }
}
