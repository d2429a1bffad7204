import { Injectable } from '@nestjs/common';
import { Secret } from '../../platform/config/index.js';
import { PasswordHasher } from '../../platform/crypto/index.js';
import { MembershipsRepository } from '../organizations/index.js';
import { SessionsService, type SessionTokensView } from '../sessions/index.js';
import { UsersRepository } from '../users/index.js';
import { InvalidCredentials, NotAMember } from './auth.errors.js';
import type { LoginBody } from './auth.bodies.js';

@Injectable()
export class AuthService {
  constructor(
    private readonly users: UsersRepository,
    private readonly memberships: MembershipsRepository,
    private readonly sessions: SessionsService,
    private readonly hasher: PasswordHasher,
  ) {}

  /** Signs in with a password. The same work is done whether or not the account exists. @control A1.3 */
  async login({ email, password, organizationId }: LoginBody): Promise<SessionTokensView> {
    const account = await this.users.findForSignIn(email);
    const isRight = await this.hasher.verify(new Secret(password), account?.passwordHash);
    if (account === undefined || !isRight || account.isSuspended) throw new InvalidCredentials();
    const organization = await this.chooseOrganization(account.id, organizationId);
    return this.sessions.open({ userId: account.id, organizationId: organization, amr: ['pwd'] });
  }

  private async chooseOrganization(userId: string, wanted: string | undefined): Promise<string> {
    const memberships = await this.memberships.listOf(userId);
    const chosen = memberships.find(({ organizationId }) => wanted === undefined || organizationId === wanted);
    if (chosen === undefined) throw new NotAMember();
    return chosen.organizationId;
  }
}
