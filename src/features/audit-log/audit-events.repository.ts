import { Injectable } from '@nestjs/common';
import type { Actor } from '../../platform/access/index.js';
import { Database, type Prisma } from '../../platform/database/index.js';
import { toPage, type Page } from '../../platform/serialization/index.js';
import type { AuditEventsQuery } from './audit-log.queries.js';

const columns = {
  id: true,
  occurredAt: true,
  name: true,
  outcome: true,
  actorKind: true,
  actorId: true,
  sessionId: true,
  ip: true,
  requestId: true,
  targetType: true,
  targetIds: true,
  reason: true,
  changes: true,
} as const satisfies Prisma.AuditEventSelect;

export type AuditEvent = Prisma.AuditEventGetPayload<{ select: typeof columns }>;

@Injectable()
export class AuditEventsRepository {
  constructor(private readonly database: Database) {}

  /** The newest first; of the actor's organization. @control A1.4 B11.4 */
  async list({ organizationId }: Actor, query: AuditEventsQuery): Promise<Page<AuditEvent>> {
    const rows = await this.database.client.auditEvent.findMany({
      where: { organizationId, ...conditionsOf(query) },
      select: columns,
      orderBy: { sequence: 'desc' },
      take: query.limit + 1,
      ...(query.cursor !== undefined && { cursor: { id: query.cursor, organizationId }, skip: 1 }),
    });
    return toPage(rows, query);
  }

  /** Of all organizations or of one, the oldest first, for an export: after the event with this number. */
  listAfter(sequence: bigint, organizationId: string | undefined, limit: number) {
    return this.database.client.auditEvent.findMany({
      where: { sequence: { gt: sequence }, ...(organizationId !== undefined && { organizationId }) },
      select: { ...columns, organizationId: true, sequence: true },
      orderBy: { sequence: 'asc' },
      take: limit,
    });
  }
}

function conditionsOf({ name, actorId, targetId, from, to }: AuditEventsQuery): Prisma.AuditEventWhereInput {
  return {
    ...(name !== undefined && { name }),
    ...(actorId !== undefined && { actorId }),
    ...(targetId !== undefined && { targetIds: { has: targetId } }),
    occurredAt: { ...(from !== undefined && { gte: new Date(from) }), ...(to !== undefined && { lt: new Date(to) }) },
  };
}
