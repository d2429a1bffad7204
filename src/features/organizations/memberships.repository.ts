import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/index.js';
import type { Role } from '../../roles.js';
import type { InvitableRole } from './assignable-roles.js';

export interface Membership {
  readonly organizationId: string;
  readonly role: Role;
}

interface NewMembership {
  readonly organizationId: string;
  readonly userId: string;
  readonly role: InvitableRole;
}

@Injectable()
export class MembershipsRepository {
  constructor(private readonly database: Database) {}

  /** Oldest first: the first is the organization that a sign-in without a choice goes to. */
  async listOf(userId: string): Promise<readonly Membership[]> {
    return this.database.client.membership.findMany({
      where: { userId },
      select: { organizationId: true, role: true },
      orderBy: [{ createdAt: 'asc' }, { organizationId: 'asc' }],
    });
  }

  /** Whether this person is a member with this role: for references to people inside one organization. */
  async hasMember(organizationId: string, userId: string, role: Role): Promise<boolean> {
    const membership = await this.database.client.membership.findUnique({
      where: { organizationId_userId: { organizationId, userId }, role },
      select: { userId: true },
    });
    return membership !== null;
  }

  /** Whether the person with this address is a member, with whatever role. */
  async hasAddress(organizationId: string, email: string): Promise<boolean> {
    const membership = await this.database.client.membership.findFirst({
      where: { organizationId, user: { email } },
      select: { userId: true },
    });
    return membership !== null;
  }

  /** False when the person is a member already. Their role stays: an invitation that was kept must not bring an old one back. */
  async add(membership: NewMembership): Promise<boolean> {
    const { count } = await this.database.client.membership.createMany({ data: [membership], skipDuplicates: true });
    return count > 0;
  }
}
