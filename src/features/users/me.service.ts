import { Injectable } from '@nestjs/common';
import type { Actor } from '../../platform/access/index.js';
import { changesBetween, SecurityEvents } from '../../platform/audit/index.js';
import { UnitOfWork } from '../../platform/database/index.js';
import { ResourceNotFound } from '../../platform/errors/index.js';
import type { UpdateMeBody } from './me.bodies.js';
import { UsersRepository } from './users.repository.js';

@Injectable()
export class MeService {
  constructor(
    private readonly users: UsersRepository,
    private readonly events: SecurityEvents,
    private readonly work: UnitOfWork,
  ) {}

  /** The caller's own profile, with what they may do in the organization of their token. */
  async show(actor: Actor) {
    const profile = actor.userId === undefined ? undefined : await this.users.findProfile(actor.userId);
    if (profile === undefined) throw new ResourceNotFound();
    return {
      ...profile,
      organizationId: actor.organizationId,
      role: actor.role,
      permissions: [...actor.permissions],
    };
  }

  /** The address and the password are changed elsewhere: both take more than a session. */
  async update(actor: Actor, { displayName }: UpdateMeBody) {
    const { userId } = actor;
    if (userId !== undefined && displayName !== undefined) {
      await this.work.run(async () => {
        await this.users.setDisplayName(userId, displayName);
        const changes = changesBetween({}, { displayName });
        await this.events.record({ name: 'user_updated', target: { type: 'user', ids: [userId] }, changes });
      });
    }
    return this.show(actor);
  }
}
