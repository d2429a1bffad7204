import { Injectable } from '@nestjs/common';
import type { Role } from '../../roles.js';
import { Notices, type Notice } from '../users/index.js';
import type { Member } from './members.repository.js';
import {
  becameOwner,
  memberRemoved,
  ownerProposed,
  proposalWithdrawn,
  recertificationStated,
  roleChanged,
} from './organizations.mails.js';
import type { RoleChangeEffect } from './organizations.policy.js';
import { OrganizationsRepository } from './organizations.repository.js';

interface Happening {
  readonly organizationId: string;
  /** As they were before. */
  readonly member: Member;
  /** Those of before. */
  readonly owners: readonly string[];
}

interface Letter {
  readonly to: readonly string[];
  readonly notice: Notice;
}

/**
 * Tells those whom a change concerns: the member, and all owners when it is about who owns the organization. Belongs into the
 * transaction of the change, and before a removal. @control A1.6
 */
@Injectable()
export class MemberNotices {
  constructor(
    private readonly organizations: OrganizationsRepository,
    private readonly notices: Notices,
  ) {}

  async tellRoleChange(effect: RoleChangeEffect, role: Role, happening: Happening): Promise<void> {
    if (effect === 'none') return;
    const { member, owners } = happening;
    const about = { organizationName: await this.nameOf(happening), email: member.email };
    const letters: Record<typeof effect, Letter> = {
      propose: { to: owners, notice: ownerProposed(about) },
      withdraw: { to: owners, notice: proposalWithdrawn(about) },
      change:
        role === 'owner'
          ? { to: [...owners, member.userId], notice: becameOwner(about) }
          : { to: concernedBy(happening), notice: roleChanged({ ...about, role }) },
    };
    await this.post(letters[effect]);
  }

  async tellRemoval(happening: Happening): Promise<void> {
    const about = { organizationName: await this.nameOf(happening), email: happening.member.email };
    await this.post({ to: concernedBy(happening), notice: memberRemoved(about) });
  }

  async tellStatement(id: string, { organizationId, owners }: Omit<Happening, 'member'>): Promise<void> {
    const organizationName = await this.nameOf({ organizationId });
    await this.post({ to: owners, notice: recertificationStated({ organizationName, id }) });
  }

  private async nameOf({ organizationId }: Pick<Happening, 'organizationId'>): Promise<string> {
    return (await this.organizations.findName(organizationId)) ?? '';
  }

  private async post({ to, notice }: Letter): Promise<void> {
    for (const userId of new Set(to)) await this.notices.tell(userId, notice);
  }
}

function concernedBy({ member, owners }: Happening): readonly string[] {
  return member.role === 'owner' ? [...owners, member.userId] : [member.userId];
}
