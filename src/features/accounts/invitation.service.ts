import { Injectable } from '@nestjs/common';
import { changesBetween, SecurityEvents } from '../../platform/audit/index.js';
import { Secret } from '../../platform/config/index.js';
import { newId } from '../../platform/crypto/index.js';
import { UnitOfWork } from '../../platform/database/index.js';
import { ValidationFailed } from '../../platform/errors/index.js';
import { addressSubject, GuessLimiter } from '../../platform/guessing/index.js';
import type { Client } from '../../platform/http/index.js';
import { OneTimeTokenInvalid, OneTimeTokens } from '../one-time-tokens/index.js';
import { invitationToken, MembershipsRepository, OrganizationsRepository } from '../organizations/index.js';
import { UsersRepository, type NewUser } from '../users/index.js';
import type { AcceptInvitationBody } from './accounts.bodies.js';
import { PasswordChanges } from './password-changes.js';

interface Inviter {
  readonly organizationId: string;
  readonly invitedById: string;
}

/** Accepting an invitation: whoever has the mail has the address, so an account of that address joins without more. */
@Injectable()
export class InvitationService {
  constructor(
    private readonly tokens: OneTimeTokens,
    private readonly users: UsersRepository,
    private readonly memberships: MembershipsRepository,
    private readonly organizations: OrganizationsRepository,
    private readonly passwords: PasswordChanges,
    private readonly guesses: GuessLimiter,
    private readonly events: SecurityEvents,
    private readonly work: UnitOfWork,
  ) {}

  /** Throws `OneTimeTokenInvalid`; `ValidationFailed` and `PasswordRefused` leave the token for another try. */
  async accept(body: AcceptInvitationBody, client: Client): Promise<void> {
    const token = new Secret(body.token);
    const found = await this.guesses.attempt([addressSubject(client.ip)], () =>
      this.tokens.find(invitationToken, token),
    );
    if (found === undefined) throw new OneTimeTokenInvalid(invitationToken.purpose);
    const { email } = found.context;
    const hasAccount = (await this.users.findIdByEmail(email)) !== undefined;
    const newUser = hasAccount ? undefined : await this.newUser(email, body);
    await this.work.run(async () => {
      const { context } = await this.tokens.redeem(invitationToken, token);
      await this.refuseWithoutInviter(context);
      if (newUser !== undefined) await this.users.add(newUser);
      const userId = newUser?.id ?? (await this.users.findIdByEmail(email));
      if (userId === undefined) throw new OneTimeTokenInvalid(invitationToken.purpose);
      const joined = { organizationId: context.organizationId, userId, role: context.role };
      await this.memberships.add(joined);
      await this.recordJoining(joined, newUser !== undefined);
    });
  }

  /**
   * Whoever is an owner no longer has nobody in the organization by their word: what they sent before they had to go is void
   * (CWE-269; fails closed). Behind the lock, so that a removal under way counts. @control A1.6
   */
  private async refuseWithoutInviter({ organizationId, invitedById }: Inviter): Promise<void> {
    await this.organizations.lock(organizationId);
    const isOwner = await this.memberships.hasMember(organizationId, invitedById, 'owner');
    if (!isOwner) throw new OneTimeTokenInvalid(invitationToken.purpose);
  }

  private async recordJoining(
    { organizationId, userId, role }: { organizationId: string; userId: string; role: string },
    isNew: boolean,
  ): Promise<void> {
    const whom = { person: { userId }, organizationId, target: { type: 'user', ids: [userId] } };
    if (isNew) await this.events.record({ name: 'user_created', reason: 'invitation', ...whom });
    const changes = changesBetween({}, { role }, ['role']);
    await this.events.record({ name: 'authz_change', reason: 'join', ...whom, changes });
  }

  private async newUser(email: string, { password, displayName }: AcceptInvitationBody): Promise<NewUser> {
    const missing = Object.entries({ password, displayName }).filter(([, value]) => value === undefined);
    if (password === undefined || displayName === undefined) {
      throw new ValidationFailed(
        missing.map(([name]) => ({
          pointer: `#/${name}`,
          code: 'is-defined',
          message: `${name} is needed for a new account`,
        })),
      );
    }
    const passwordHash = await this.passwords.hashFit({
      password: new Secret(password),
      pointer: '#/password',
      contextWords: [email, displayName],
    });
    return { id: newId(), email, displayName, passwordHash };
  }
}
