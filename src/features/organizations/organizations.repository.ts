import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/index.js';

interface NewOrganization {
  readonly id: string;
  readonly name: string;
  readonly ownerId: string;
}

@Injectable()
export class OrganizationsRepository {
  constructor(private readonly database: Database) {}

  /** A new organization with its first owner: the only one who becomes owner by nobody's word (A1.6). */
  async found({ id, name, ownerId }: NewOrganization): Promise<void> {
    await this.database.client.organization.create({
      data: { id, name, memberships: { create: { userId: ownerId, role: 'owner' } } },
      select: { id: true },
    });
  }

  async findName(id: string): Promise<string | undefined> {
    const row = await this.database.client.organization.findUnique({ where: { id }, select: { name: true } });
    return row?.name;
  }

  /**
   * Until the transaction ends nobody else gets past here: changes of who belongs to the organization happen one after the
   * other, and each decides on what the one before has left. New rows that refer to the organization need not wait.
   * @control A7.4
   */
  async lock(id: string): Promise<void> {
    await this.database.client.$queryRaw`SELECT FROM "Organization" WHERE "id" = ${id}::uuid FOR NO KEY UPDATE`;
  }
}
