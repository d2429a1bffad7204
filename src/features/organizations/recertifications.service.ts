import { Injectable } from '@nestjs/common';
import type { Actor } from '../../platform/access/index.js';
import { SecurityEvents } from '../../platform/audit/index.js';
import { isSameSecret } from '../../platform/crypto/index.js';
import { UnitOfWork } from '../../platform/database/index.js';
import { ResourceNotFound } from '../../platform/errors/index.js';
import { Clock } from '../../platform/time/index.js';
import { MemberNotices } from './member-notices.js';
import { MembersRepository } from './members.repository.js';
import { reviewRefusalOf } from './organizations.errors.js';
import { OrganizationsRepository } from './organizations.repository.js';
import { digestOf, dueAfter, evaluateConfirmation, evaluateStatement } from './recertifications.policy.js';
import { RecertificationsRepository, type Recertification } from './recertifications.repository.js';

const SHOWN = 20;

/** Access recertification: two owners have looked at who holds which role, one after the other, at the same list. */
@Injectable()
export class RecertificationsService {
  constructor(
    private readonly recertifications: RecertificationsRepository,
    private readonly members: MembersRepository,
    private readonly organizations: OrganizationsRepository,
    private readonly notices: MemberNotices,
    private readonly events: SecurityEvents,
    private readonly work: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  async list({ organizationId }: Actor) {
    const membersDigest = digestOf(await this.recertifications.listHolders(organizationId));
    const rows = await this.recertifications.list(organizationId, SHOWN);
    return {
      dueAt: dueAfter(await this.recertifications.lastReviewedAt(organizationId)),
      membersDigest: membersDigest.toString('base64url'),
      newest: rows.map((row) => toView(row, membersDigest)),
    };
  }

  /** Throws `MemberChangeRefused` and `ReviewOutdated`. @control B20.3 */
  async state(actor: Actor, seenDigest: Buffer) {
    const { organizationId, userId: actorId } = actor;
    return this.work.run(async () => {
      const { owners, membersDigest } = await this.lockAndLook(organizationId);
      const decision = evaluateStatement({ actorId, owners, membersDigest, seenDigest });
      if (!decision.allowed) throw reviewRefusalOf(decision.reason);
      const statement = { membersDigest, statedById: actorId ?? actor.id, createdAt: this.clock.now() };
      const row = await this.recertifications.state(organizationId, statement);
      await this.notices.tellStatement(row.id, { organizationId, owners });
      await this.record('authz_review_stated', row.id);
      return toView(row, membersDigest);
    });
  }

  /** Of several at the same moment one. Throws `ResourceNotFound`, `MemberChangeRefused` and `ReviewOutdated`. @control B20.3 A7.4 */
  async confirm(actor: Actor, id: string, seenDigest: Buffer) {
    const { organizationId, userId: actorId } = actor;
    return this.work.run(async () => {
      const { owners, membersDigest } = await this.lockAndLook(organizationId);
      const statement = await this.recertifications.find(organizationId, id);
      if (statement === undefined) throw new ResourceNotFound();
      const now = this.clock.now();
      const decision = evaluateConfirmation({ actorId, owners, membersDigest, seenDigest, statement, now });
      if (!decision.allowed) throw reviewRefusalOf(decision.reason);
      const confirmation = { confirmedById: actorId ?? actor.id, confirmedAt: now };
      const row = await this.recertifications.confirm(organizationId, id, confirmation);
      await this.record('authz_review_confirmed', id);
      return toView(row, membersDigest);
    });
  }

  /** Changes of members take the same lock: see `OrganizationsRepository.lock`. */
  private async lockAndLook(organizationId: string) {
    await this.organizations.lock(organizationId);
    const owners = await this.members.listOwners(organizationId);
    return { owners, membersDigest: digestOf(await this.recertifications.listHolders(organizationId)) };
  }

  private async record(name: 'authz_review_stated' | 'authz_review_confirmed', id: string): Promise<void> {
    await this.events.record({ name, target: { type: 'recertification', ids: [id] } });
  }
}

function toView({ membersDigest, createdAt, ...row }: Recertification, current: Uint8Array) {
  return { ...row, statedAt: createdAt, isOfPresentMembers: isSameSecret(membersDigest, current) };
}
