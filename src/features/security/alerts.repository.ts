import { Injectable } from '@nestjs/common';
import type { Actor } from '../../platform/access/index.js';
import { newId } from '../../platform/crypto/index.js';
import { Database, type Prisma } from '../../platform/database/index.js';
import { toPage, type Page, type PageRequest } from '../../platform/serialization/index.js';

const columns = {
  id: true,
  point: true,
  severity: true,
  subject: true,
  count: true,
  reactions: true,
  occurredAt: true,
} as const satisfies Prisma.SecurityAlertSelect;

export type SecurityAlert = Prisma.SecurityAlertGetPayload<{ select: typeof columns }>;

const MAX_FOR_OPERATORS = 20;

export interface NewAlert extends Omit<SecurityAlert, 'id'> {
  readonly organizationId: string | null;
}

@Injectable()
export class AlertsRepository {
  constructor(private readonly database: Database) {}

  async add(alert: NewAlert): Promise<SecurityAlert> {
    return this.database.client.securityAlert.create({ data: { id: newId(), ...alert }, select: columns });
  }

  /** The newest first, of all organizations and of none: for operators alone. */
  async listOfEverybody(since: Date): Promise<readonly SecurityAlert[]> {
    return this.database.client.securityAlert.findMany({
      where: { occurredAt: { gt: since } },
      select: columns,
      orderBy: { id: 'desc' },
      take: MAX_FOR_OPERATORS,
    });
  }

  /** The newest first; of the actor's organization. @control A1.4 */
  async list({ organizationId }: Actor, page: PageRequest): Promise<Page<SecurityAlert>> {
    const rows = await this.database.client.securityAlert.findMany({
      where: { organizationId, ...(page.cursor !== undefined && { id: { lt: page.cursor } }) },
      select: columns,
      orderBy: { id: 'desc' },
      take: page.limit + 1,
    });
    return toPage(rows, page);
  }

  /** Of all organizations, for the operator. */
  async listLatest(limit: number): Promise<readonly SecurityAlert[]> {
    return this.database.client.securityAlert.findMany({ select: columns, orderBy: { id: 'desc' }, take: limit });
  }
}
