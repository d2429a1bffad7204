import { Injectable } from '@nestjs/common';
import { newId } from '../../platform/crypto/index.js';
import { Database, type Prisma } from '../../platform/database/index.js';
import type { RoleHolder, Statement } from './recertifications.policy.js';

const columns = {
  id: true,
  membersDigest: true,
  statedById: true,
  createdAt: true,
  confirmedById: true,
  confirmedAt: true,
} as const satisfies Prisma.RecertificationSelect;

export type Recertification = Prisma.RecertificationGetPayload<{ select: typeof columns }>;

/** The organization is in every condition, and the tables' policies ask for it too. @control A1.4 */
@Injectable()
export class RecertificationsRepository {
  constructor(private readonly database: Database) {}

  /** Everybody, in the order of their ids. */
  async listHolders(organizationId: string): Promise<readonly RoleHolder[]> {
    return this.database.client.membership.findMany({
      where: { organizationId },
      select: { userId: true, role: true },
      orderBy: { userId: 'asc' },
    });
  }

  /** The newest first. */
  async list(organizationId: string, limit: number): Promise<readonly Recertification[]> {
    return this.database.client.recertification.findMany({
      where: { organizationId },
      select: columns,
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: limit,
    });
  }

  async find(organizationId: string, id: string): Promise<Recertification | undefined> {
    const row = await this.database.client.recertification.findFirst({
      where: { id, organizationId },
      select: columns,
    });
    return row ?? undefined;
  }

  /** When a review was last confirmed; before the first one, when the organization began. */
  async lastReviewedAt(organizationId: string): Promise<Date> {
    const last = await this.database.client.recertification.aggregate({
      where: { organizationId },
      _max: { confirmedAt: true },
    });
    if (last._max.confirmedAt !== null) return last._max.confirmedAt;
    const where = { id: organizationId };
    return (await this.database.client.organization.findUniqueOrThrow({ where, select: { createdAt: true } }))
      .createdAt;
  }

  /** In the place of one that nobody has confirmed: there is at most one open statement. */
  async state(
    organizationId: string,
    statement: Pick<Statement, 'membersDigest' | 'statedById' | 'createdAt'>,
  ): Promise<Recertification> {
    const { recertification } = this.database.client;
    await recertification.deleteMany({ where: { organizationId, confirmedAt: null } });
    const data = { ...statement, id: newId(), organizationId };
    return recertification.create({ data, select: columns });
  }

  async confirm(
    organizationId: string,
    id: string,
    confirmation: { readonly confirmedById: string; readonly confirmedAt: Date },
  ): Promise<Recertification> {
    return this.database.client.recertification.update({
      where: { id, organizationId },
      data: confirmation,
      select: columns,
    });
  }
}
