import { Injectable } from '@nestjs/common';
import type { Actor } from '../../platform/access/index.js';
import { Secret } from '../../platform/config/index.js';
import { UnitOfWork } from '../../platform/database/index.js';
import { ResourceNotFound } from '../../platform/errors/index.js';
import { addressSubject, GuessLimiter } from '../../platform/guessing/index.js';
import type { Client } from '../../platform/http/index.js';
import { JobQueue } from '../../platform/jobs/index.js';
import { InvalidCredentials, Passwords } from '../auth/index.js';
import { OneTimeTokenInvalid, OneTimeTokens } from '../one-time-tokens/index.js';
import { deviceOf } from '../sessions/index.js';
import { UsersRepository, type Profile } from '../users/index.js';
import type { ChangePasswordBody, ForgotPasswordBody, ResetPasswordBody } from './accounts.bodies.js';
import { resetRequested } from './accounts.jobs.js';
import { resetPasswordToken } from './accounts.tokens.js';
import { MailLimiter } from './mail-limiter.js';
import { PasswordChanges } from './password-changes.js';

/** Forgetting, resetting and changing a password. None of it signs in, and none of it touches a second factor. @control A1.2 */
@Injectable()
export class PasswordService {
  constructor(
    private readonly users: UsersRepository,
    private readonly passwords: Passwords,
    private readonly changes: PasswordChanges,
    private readonly tokens: OneTimeTokens,
    private readonly jobs: JobQueue,
    private readonly limiter: MailLimiter,
    private readonly guesses: GuessLimiter,
    private readonly work: UnitOfWork,
  ) {}

  /** Does the same, whether or not the address has an account. @control A1.3 */
  async requestReset({ email }: ForgotPasswordBody): Promise<void> {
    await this.limiter.count(email);
    await this.jobs.enqueue(resetRequested, { email });
  }

  /** Throws `OneTimeTokenInvalid`, or `PasswordRefused`, which leaves the token for another try. */
  async reset({ token, password }: ResetPasswordBody, client: Client): Promise<void> {
    const secret = new Secret(token);
    const person = await this.guesses.attempt([addressSubject(client.ip)], () => this.ownerOf(secret));
    if (person === undefined) throw new OneTimeTokenInvalid(resetPasswordToken.purpose);
    const passwordHash = await this.hashFit(person, password, '#/password');
    await this.work.run(async () => {
      await this.tokens.redeem(resetPasswordToken, secret);
      await this.changes.apply(person, passwordHash);
    });
  }

  /** Throws `InvalidCredentials` or `PasswordRefused`. */
  async change(actor: Actor, { currentPassword, newPassword }: ChangePasswordBody, client: Client): Promise<void> {
    const person = actor.userId === undefined ? undefined : await this.users.findContact(actor.userId);
    if (person === undefined) throw new ResourceNotFound();
    const { email } = person;
    const account = await this.passwords.verify({ email, password: currentPassword, device: deviceOf(client) });
    if (account === undefined) throw new InvalidCredentials();
    const passwordHash = await this.hashFit(person, newPassword, '#/newPassword');
    await this.work.run(() => this.changes.apply(person, passwordHash));
  }

  private async ownerOf(token: Secret<string>): Promise<Profile | undefined> {
    const found = await this.tokens.find(resetPasswordToken, token);
    return found?.userId === undefined ? undefined : this.users.findContact(found.userId);
  }

  private hashFit({ email, displayName }: Profile, password: string, pointer: string): Promise<string> {
    return this.changes.hashFit({ password: new Secret(password), pointer, contextWords: [email, displayName] });
  }
}
