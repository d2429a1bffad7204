import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/index.js';
import type { Role } from '../../roles.js';

export interface Membership {
  readonly organizationId: string;
  readonly role: Role;
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
}
