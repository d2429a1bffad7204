import { Injectable } from '@nestjs/common';
import type { Actor } from '../../platform/access/index.js';
import { changesBetween, SecurityEvents } from '../../platform/audit/index.js';
import { Secret } from '../../platform/config/index.js';
import { UnitOfWork } from '../../platform/database/index.js';
import { ResourceNotFound } from '../../platform/errors/index.js';
import { JobQueue } from '../../platform/jobs/index.js';
import { OneTimeTokenInvalid, OneTimeTokens } from '../one-time-tokens/index.js';
import { Notices, UsersRepository } from '../users/index.js';
import type { ChangeEmailBody } from './accounts.bodies.js';
import { emailChangeRequested } from './accounts.jobs.js';
import { emailChangeAsked, emailChanged } from './accounts.notices.js';
import { changeEmailToken } from './accounts.tokens.js';
import { MailLimiter } from './mail-limiter.js';

/** Changing the address that an account is known by: the new one has to be confirmed, the old one is told. @control A1.6 */
@Injectable()
export class EmailService {
  constructor(
    private readonly users: UsersRepository,
    private readonly tokens: OneTimeTokens,
    private readonly notices: Notices,
    private readonly jobs: JobQueue,
    private readonly limiter: MailLimiter,
    private readonly events: SecurityEvents,
    private readonly work: UnitOfWork,
  ) {}

  /** Does the same, whether or not the new address has an account. */
  async requestChange({ userId }: Actor, { email }: ChangeEmailBody): Promise<void> {
    if (userId === undefined) throw new ResourceNotFound();
    await this.limiter.count(email);
    await this.work.run(async () => {
      const passwordHash = await this.users.findPasswordHash(userId);
      if (passwordHash === undefined) throw new ResourceNotFound();
      await this.jobs.enqueue(emailChangeRequested, { userId, email, passwordHash });
      await this.notices.tell(userId, emailChangeAsked);
    });
  }

  /** Throws `OneTimeTokenInvalid`. */
  async confirm(token: Secret<string>): Promise<void> {
    await this.work.run(async () => {
      const { userId, context } = await this.tokens.redeem(changeEmailToken, token);
      const person = userId === undefined ? undefined : await this.users.findContact(userId);
      const isTaken = (await this.users.findIdByEmail(context.email)) !== undefined;
      if (person === undefined || isTaken) throw new OneTimeTokenInvalid(changeEmailToken.purpose);
      await this.users.setEmail(person.id, context.email);
      await this.tokens.voidAllOf(person.id);
      const changes = changesBetween({ email: person.email }, context);
      await this.events.record({ name: 'user_updated', target: { type: 'user', ids: [person.id] }, changes });
      for (const address of [person.email, context.email]) await this.notices.tellAddress(address, emailChanged);
    });
  }
}
