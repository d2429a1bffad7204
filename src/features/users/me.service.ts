import { Injectable } from '@nestjs/common';
import type { Actor } from '../../platform/access/index.js';
import { ResourceNotFound } from '../../platform/errors/index.js';
import type { UpdateMeBody } from './me.bodies.js';
import { UsersRepository } from './users.repository.js';

@Injectable()
export class MeService {
  constructor(private readonly users: UsersRepository) {}

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
    if (actor.userId !== undefined && displayName !== undefined) {
      await this.users.setDisplayName(actor.userId, displayName);
    }
    return this.show(actor);
  }
}
