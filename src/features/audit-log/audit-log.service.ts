import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { Actor } from '../../platform/access/index.js';
import { SecurityEvents } from '../../platform/audit/index.js';
import type { Page } from '../../platform/serialization/index.js';
import { AuditEventsRepository, type AuditEvent } from './audit-events.repository.js';
import type { AuditEventsQuery } from './audit-log.queries.js';
import type { AuditChangeView, AuditIntegrityView } from './audit-log.views.js';
import { Verifier } from './verifier.js';

const literal = z
  .union([z.string(), z.number(), z.boolean(), z.null()])
  .transform((value) => (value === null ? null : String(value)));
/** What platform/audit writes. A row of another form fails the request: it was not written by us. */
const changesSchema = z.record(z.string(), z.object({ from: literal, to: literal })).nullable();

@Injectable()
export class AuditLogService {
  constructor(
    private readonly events: AuditEventsRepository,
    private readonly verifier: Verifier,
    private readonly security: SecurityEvents,
  ) {}

  /** Reading the trail is an event of it, kept before the answer leaves. @control B11.4 */
  async list(actor: Actor, query: AuditEventsQuery): Promise<Page<ReturnType<typeof toView>>> {
    const { items, nextCursor } = await this.events.list(actor, query);
    await this.security.record({ name: 'audit_read' });
    return { items: items.map(toView), nextCursor };
  }

  async checkIntegrity({ organizationId }: Actor): Promise<AuditIntegrityView> {
    const { finding, seals, events, unsealed } = await this.verifier.verify(organizationId);
    await this.security.record({ name: 'audit_read', reason: 'integrity' });
    if (finding === undefined) return { isIntact: true, seals, events, unsealed };
    this.security.note({ name: 'sys_audit_broken', reason: finding.problem, facts: { ...finding } });
    return { isIntact: false, seals, events, unsealed, finding };
  }
}

function toView({ changes, ...event }: AuditEvent) {
  return { ...event, changes: listOf(changes) };
}

/** A list with fixed names, where the table has an object whose names are those of the fields. */
function listOf(changes: AuditEvent['changes']): readonly AuditChangeView[] {
  return Object.entries(changesSchema.parse(changes) ?? {}).map(([field, change]) => ({ field, ...change }));
}
