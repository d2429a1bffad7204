import { Injectable } from '@nestjs/common';
import type { Actor } from '../../platform/access/index.js';
import { changesBetween, SecurityEvents } from '../../platform/audit/index.js';
import { UnitOfWork } from '../../platform/database/index.js';
import { ResourceNotFound } from '../../platform/errors/index.js';
import { toPage } from '../../platform/serialization/index.js';
import { Clock } from '../../platform/time/index.js';
import type { PageQuery } from '../../platform/validation/index.js';
import type { Role } from '../../roles.js';
import { SessionsService } from '../sessions/index.js';
import { MemberNotices } from './member-notices.js';
import { MembersRepository, type Member, type MemberKey } from './members.repository.js';
import type { MemberView } from './members.views.js';
import { refusalOf } from './organizations.errors.js';
import {
  evaluateRemoval,
  evaluateRoleChange,
  isProposalCounting,
  type RoleChangeEffect,
} from './organizations.policy.js';
import { OrganizationsRepository } from './organizations.repository.js';

const PROPOSAL_LIFE_MS = 24 * 60 * 60_000;

interface Situation {
  readonly member: Member;
  readonly owners: readonly string[];
}

/** Who belongs to the caller's organization, and with which role. */
@Injectable()
export class MembersService {
  constructor(
    private readonly members: MembersRepository,
    private readonly organizations: OrganizationsRepository,
    private readonly notices: MemberNotices,
    private readonly sessions: SessionsService,
    private readonly events: SecurityEvents,
    private readonly work: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  async list({ organizationId }: Actor, query: PageQuery) {
    const members = await this.members.list(organizationId, query);
    const owners = await this.members.listOwners(organizationId);
    const rows = members.map((member) => ({ id: member.userId, view: this.toView({ member, owners }) }));
    const { items, nextCursor } = toPage(rows, query);
    return { items: items.map(({ view }) => view), nextCursor };
  }

  /** Throws `ResourceNotFound`, `LastOwner` and `MemberChangeRefused`. @control A1.6 A7.4 */
  async changeRole(actor: Actor, userId: string, role: Role): Promise<MemberView> {
    const key = { organizationId: actor.organizationId, userId };
    return this.work.run(async () => {
      const { member, owners } = await this.lockAndLook(key);
      const decision = evaluateRoleChange({
        actorId: actor.userId,
        memberId: userId,
        currentRole: member.role,
        requestedRole: role,
        owners,
        proposal: member.proposal,
        now: this.clock.now(),
      });
      if (!decision.allowed) throw refusalOf(decision.reason);
      await this.apply(decision.effect, key, { actorId: actor.userId, role });
      this.sessions.forgetMember(actor.organizationId, userId);
      await this.notices.tellRoleChange(decision.effect, role, { ...key, member, owners });
      if (decision.effect !== 'none') await this.record(decision.effect, userId, { from: member.role, to: role });
      return this.toView(await this.lockAndLook(key));
    });
  }

  /** Their account stays. Throws `ResourceNotFound`, `LastOwner` and `MemberChangeRefused`. @control A7.4 */
  async remove(actor: Actor, userId: string): Promise<void> {
    const key = { organizationId: actor.organizationId, userId };
    await this.work.run(async () => {
      const { member, owners } = await this.lockAndLook(key);
      const { role: currentRole } = member;
      const decision = evaluateRemoval({ actorId: actor.userId, memberId: userId, currentRole, owners });
      if (!decision.allowed) throw refusalOf(decision.reason);
      await this.notices.tellRemoval({ ...key, member, owners });
      await this.members.remove(key);
      this.sessions.forgetMember(actor.organizationId, userId);
      await this.record('remove', userId, { from: currentRole, to: null });
    });
  }

  /** What is true until the transaction ends: of changes at the same moment, each sees what the one before has left. */
  private async lockAndLook(key: MemberKey): Promise<Situation> {
    await this.organizations.lock(key.organizationId);
    const member = await this.members.find(key);
    if (member === undefined) throw new ResourceNotFound();
    return { member, owners: await this.members.listOwners(key.organizationId) };
  }

  private async apply(
    effect: RoleChangeEffect,
    key: MemberKey,
    { actorId, role }: { readonly actorId: string | undefined; readonly role: Role },
  ): Promise<void> {
    const now = this.clock.now();
    const expiresAt = new Date(now.getTime() + PROPOSAL_LIFE_MS);
    if (effect === 'propose' && actorId !== undefined) {
      await this.members.propose(key, { proposedById: actorId, expiresAt }, now);
    }
    if (effect === 'change' || effect === 'withdraw') await this.members.voidProposals(key);
    if (effect === 'change') await this.members.setRole(key, role);
  }

  private toView({ member: { proposal, ...member }, owners }: Situation): MemberView {
    return { ...member, isOwnerProposed: isProposalCounting(proposal, { owners, now: this.clock.now() }) };
  }

  /** A proposal has changed nothing yet; it is one half of a change, and its reason says so. */
  private async record(
    reason: RoleChangeEffect | 'remove',
    userId: string,
    role: { readonly from: Role; readonly to: Role | null },
  ): Promise<void> {
    const changes = changesBetween({ role: role.from }, { role: role.to }, ['role']);
    await this.events.record({ name: 'authz_change', reason, target: { type: 'user', ids: [userId] }, changes });
  }
}
