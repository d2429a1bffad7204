import { Injectable } from '@nestjs/common';
import { SecurityEvents } from '../../platform/audit/index.js';
import { Secret } from '../../platform/config/index.js';
import { newId } from '../../platform/crypto/index.js';
import { UnitOfWork } from '../../platform/database/index.js';
import { JobQueue } from '../../platform/jobs/index.js';
import { OneTimeTokenInvalid, OneTimeTokens } from '../one-time-tokens/index.js';
import { OrganizationsRepository } from '../organizations/index.js';
import { UsersRepository } from '../users/index.js';
import type { SignUpBody } from './accounts.bodies.js';
import { signUpRequested } from './accounts.jobs.js';
import { signUpToken, type SignUp } from './accounts.tokens.js';
import { MailLimiter } from './mail-limiter.js';
import { PasswordChanges } from './password-changes.js';

/** Opening an account: the mail decides whether it comes into being. */
@Injectable()
export class SignUpService {
  constructor(
    private readonly passwords: PasswordChanges,
    private readonly limiter: MailLimiter,
    private readonly jobs: JobQueue,
    private readonly tokens: OneTimeTokens,
    private readonly users: UsersRepository,
    private readonly organizations: OrganizationsRepository,
    private readonly events: SecurityEvents,
    private readonly work: UnitOfWork,
  ) {}

  /** Does the same, whether or not the address has an account. @control A1.3 */
  async request({ email, password, displayName, organizationName = displayName }: SignUpBody): Promise<void> {
    await this.limiter.count(email);
    const passwordHash = await this.passwords.hashFit({
      password: new Secret(password),
      pointer: '#/password',
      contextWords: [email, displayName, organizationName],
    });
    await this.jobs.enqueue(signUpRequested, { email, displayName, organizationName, passwordHash });
  }

  /** False when the token is not one of a sign-up. The account is its founder's: owner of a new organization. */
  async confirm(token: Secret<string>): Promise<boolean> {
    return this.work.run(async () => {
      const redeemed = await this.tokens.tryRedeem(signUpToken, token);
      if (redeemed === undefined) return false;
      await this.found(redeemed.context);
      return true;
    });
  }

  private async found({ email, displayName, passwordHash, organizationName }: SignUp): Promise<void> {
    // Another sign-up for the same address was confirmed first.
    if ((await this.users.findIdByEmail(email)) !== undefined) throw new OneTimeTokenInvalid('sign_up');
    const userId = newId();
    await this.users.add({ id: userId, email, displayName, passwordHash });
    const organizationId = newId();
    await this.organizations.found({ id: organizationId, name: organizationName, ownerId: userId });
    const target = { type: 'user', ids: [userId] };
    await this.events.record({ name: 'user_created', reason: 'sign-up', person: { userId }, organizationId, target });
  }
}
