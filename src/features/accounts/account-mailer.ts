import { Injectable, type OnModuleInit } from '@nestjs/common';
import { isSameSecret } from '../../platform/crypto/index.js';
import { HttpConfig } from '../../platform/http/index.js';
import { JobQueue } from '../../platform/jobs/index.js';
import { Mailer } from '../../platform/mail/index.js';
import { OneTimeTokens, type JsonObject, type OneTimeKind } from '../one-time-tokens/index.js';
import { UsersRepository } from '../users/index.js';
import { emailChangeRequested, resetRequested, signUpRequested, type EmailChange } from './accounts.jobs.js';
import { accountExists, resetPassword, verifyNewAddress, verifySignUp } from './accounts.mails.js';
import { changeEmailToken, resetPasswordToken, signUpToken, type SignUp } from './accounts.tokens.js';

type Render = typeof verifySignUp;

interface Letter<Context extends JsonObject> {
  readonly to: string;
  readonly kind: OneTimeKind<Context>;
  readonly userId?: string;
  readonly context: Context;
  readonly render: Render;
}

/** Makes the tokens, at the moment they are sent: nowhere but in the mail does one ever stand in the clear. */
@Injectable()
export class AccountMailer implements OnModuleInit {
  constructor(
    private readonly jobs: JobQueue,
    private readonly mailer: Mailer,
    private readonly tokens: OneTimeTokens,
    private readonly users: UsersRepository,
    private readonly http: HttpConfig,
  ) {}

  onModuleInit(): void {
    this.jobs.handle(signUpRequested, (signUp) => this.confirmSignUp(signUp));
    this.jobs.handle(resetRequested, ({ email }) => this.offerReset(email));
    this.jobs.handle(emailChangeRequested, (change) => this.confirmAddress(change));
  }

  private async confirmSignUp(signUp: SignUp): Promise<void> {
    const { email } = signUp;
    if (await this.hasAccount(email)) return this.mailer.deliver({ to: email, ...accountExists() });
    return this.send({ to: email, kind: signUpToken, context: signUp, render: verifySignUp });
  }

  /** Nothing for an address without an account: nobody may use us to write to strangers. */
  private async offerReset(email: string): Promise<void> {
    const userId = await this.users.findIdByEmail(email);
    if (userId === undefined) return;
    await this.send({ to: email, kind: resetPasswordToken, userId, context: {}, render: resetPassword });
  }

  /** Nothing when the password is another one by now: see `emailChangeRequested`. */
  private async confirmAddress({ userId, email, passwordHash }: EmailChange): Promise<void> {
    const present = await this.users.findPasswordHash(userId);
    if (present === undefined || !isSameSecret(present, passwordHash)) return;
    if (await this.hasAccount(email)) return this.mailer.deliver({ to: email, ...accountExists() });
    return this.send({ to: email, kind: changeEmailToken, userId, context: { email }, render: verifyNewAddress });
  }

  private async hasAccount(email: string): Promise<boolean> {
    return (await this.users.findIdByEmail(email)) !== undefined;
  }

  private async send<Context extends JsonObject>({
    to,
    kind,
    userId,
    context,
    render,
  }: Letter<Context>): Promise<void> {
    const token = await this.tokens.issue(kind, { context, ...(userId !== undefined && { userId }) });
    await this.mailer.deliver({ to, ...render({ publicUrl: this.http.publicUrl, token }) });
  }
}
