import { Injectable } from '@nestjs/common';
import { Database, type Prisma } from '../../platform/database/index.js';
import type { PageRequest } from '../../platform/serialization/index.js';
import type { Role } from '../../roles.js';
import type { OwnerProposal } from './organizations.policy.js';

const columns = {
  userId: true,
  role: true,
  createdAt: true,
  user: { select: { email: true, displayName: true } },
  ownerProposal: { select: { proposedById: true, expiresAt: true } },
} as const satisfies Prisma.MembershipSelect;

type Row = Prisma.MembershipGetPayload<{ select: typeof columns }>;

export interface Member {
  readonly userId: string;
  readonly email: string;
  readonly displayName: string;
  readonly role: Role;
  readonly joinedAt: Date;
  readonly proposal: OwnerProposal | undefined;
}

/** One person in one organization. */
export interface MemberKey {
  readonly organizationId: string;
  readonly userId: string;
}

/** Members as their organization sees them. The organization is in every condition, so that no id reaches beyond it. @control A1.4 */
@Injectable()
export class MembersRepository {
  constructor(private readonly database: Database) {}

  /** By user id, and up to one more than `limit`. */
  async list(organizationId: string, { limit, cursor }: PageRequest): Promise<readonly Member[]> {
    const rows = await this.database.client.membership.findMany({
      where: { organizationId, ...(cursor !== undefined && { userId: { gt: cursor } }) },
      select: columns,
      orderBy: { userId: 'asc' },
      take: limit + 1,
    });
    return rows.map(toMember);
  }

  async find(key: MemberKey): Promise<Member | undefined> {
    const row = await this.database.client.membership.findUnique({
      where: { organizationId_userId: key },
      select: columns,
    });
    return row === null ? undefined : toMember(row);
  }

  /** The owners who can act and will: somebody who is suspended, or whose account will be erased, is none for as long. */
  async listOwners(organizationId: string): Promise<readonly string[]> {
    const rows = await this.database.client.membership.findMany({
      where: { organizationId, role: 'owner', user: { suspendedAt: null, erasureDueAt: null } },
      select: { userId: true },
    });
    return rows.map(({ userId }) => userId);
  }

  async setRole(key: MemberKey, role: Role): Promise<void> {
    await this.database.client.membership.update({
      where: { organizationId_userId: key },
      data: { role },
      select: { userId: true },
    });
  }

  /** The sessions of this membership go with it: foreign key `Session_membership_fkey`. */
  async remove(key: MemberKey): Promise<void> {
    await this.database.client.membership.delete({
      where: { organizationId_userId: key },
      select: { userId: true },
    });
  }

  /** In the place of one that does not count any more. */
  async propose(key: MemberKey, { proposedById, expiresAt }: OwnerProposal, now: Date): Promise<void> {
    const proposal = { proposedById, expiresAt, createdAt: now };
    await this.database.client.ownerProposal.upsert({
      where: { organizationId_userId: key },
      create: { ...key, ...proposal },
      update: proposal,
      select: { userId: true },
    });
  }

  /** What was proposed for this person, and what they have proposed. */
  async voidProposals({ organizationId, userId }: MemberKey): Promise<void> {
    await this.database.client.ownerProposal.deleteMany({
      where: { organizationId, OR: [{ userId }, { proposedById: userId }] },
    });
  }
}

function toMember({ user, createdAt, ownerProposal, ...row }: Row): Member {
  return { ...row, ...user, joinedAt: createdAt, proposal: ownerProposal ?? undefined };
}
