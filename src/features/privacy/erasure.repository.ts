import { Injectable } from '@nestjs/common';
import { policies } from '../../platform/data-policy/index.js';
import { Database, Prisma } from '../../platform/database/index.js';
import { OrganizationsRepository } from '../organizations/index.js';

/** Rows that stay behind, and the column that links them to an account. */
const links = [...policies].flatMap(([model, { person, survivesErasure }]) =>
  survivesErasure === undefined || person === undefined || person.through !== undefined
    ? []
    : [{ model, column: person.by }],
);

@Injectable()
export class ErasureRepository {
  constructor(
    private readonly database: Database,
    private readonly organizations: OrganizationsRepository,
  ) {}

  async setDue(userId: string, erasureDueAt: Date): Promise<void> {
    await this.database.client.user.update({ where: { id: userId }, data: { erasureDueAt }, select: { id: true } });
  }

  async endApiKeys(userId: string, revokedAt: Date): Promise<void> {
    await this.database.client.apiKey.updateMany({
      where: { createdById: userId, revokedAt: null },
      data: { revokedAt },
    });
  }

  async listDue(now: Date): Promise<readonly string[]> {
    const rows = await this.database.client.user.findMany({
      where: { erasureDueAt: { lte: now } },
      select: { id: true },
      take: 100,
    });
    return rows.map(({ id }) => id);
  }

  /** Whether it is still due, which it stays until the transaction ends: who signs in at this moment waits. @control A7.4 */
  async lockDue(userId: string, now: Date): Promise<boolean> {
    const rows: unknown[] = await this.database.client.$queryRaw`
      SELECT FROM "User" WHERE "id" = ${userId}::uuid AND "erasureDueAt" <= ${now} FOR UPDATE`;
    return rows.length > 0;
  }

  /**
   * Whether some organization has no other owner who is neither suspended nor about to be erased. True until the transaction
   * ends: of two owners who go at the same moment, one stays. @control A7.4
   */
  async isOnlyOwner(userId: string): Promise<boolean> {
    const owned = await this.database.client.membership.findMany({
      where: { userId, role: 'owner' },
      select: { organizationId: true },
      // One order for everybody, or two of them could wait for each other.
      orderBy: { organizationId: 'asc' },
    });
    for (const { organizationId } of owned) {
      await this.organizations.lock(organizationId);
      const user = { suspendedAt: null, erasureDueAt: null };
      const others = await this.database.client.membership.count({
        where: { organizationId, role: 'owner', userId: { not: userId }, user },
      });
      if (others === 0) return true;
    }
    return false;
  }

  /**
   * The account, and by foreign keys everything that goes with it. Clinical rows stay, without the link; they are visible to one
   * organization at a time, so in this transaction to each in turn. Belongs into a transaction.
   */
  async erase(userId: string): Promise<void> {
    const { client } = this.database;
    for (const { id } of await client.organization.findMany({ select: { id: true } })) {
      await client.$executeRaw`SELECT set_config('app.organization_id', ${id}, true)`;
      for (const { model, column } of links) {
        const [table, link] = [Prisma.raw(`"${model}"`), Prisma.raw(`"${column}"`)];
        await client.$executeRaw`UPDATE ${table} SET ${link} = NULL WHERE ${link} = ${userId}::uuid`;
      }
    }
    await client.user.delete({ where: { id: userId }, select: { id: true } });
  }
}
