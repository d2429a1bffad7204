import { Injectable } from '@nestjs/common';
import { Secret } from '../../platform/config/index.js';
import { addressSubject, GuessLimiter } from '../../platform/guessing/index.js';
import type { Client } from '../../platform/http/index.js';
import { OneTimeTokenInvalid } from '../one-time-tokens/index.js';
import type { TokenBody } from './accounts.bodies.js';
import { EmailService } from './email.service.js';
import { SignUpService } from './sign-up.service.js';

/** The link in a mail that confirms an address: of a new account, or the new one of an account. */
@Injectable()
export class VerificationService {
  constructor(
    private readonly signUps: SignUpService,
    private readonly emails: EmailService,
    private readonly guesses: GuessLimiter,
  ) {}

  /** Throws `OneTimeTokenInvalid`. */
  async verify({ token }: TokenBody, client: Client): Promise<void> {
    const secret = new Secret(token);
    const outcome = await this.guesses.attempt([addressSubject(client.ip)], async () => {
      try {
        if (!(await this.signUps.confirm(secret))) await this.emails.confirm(secret);
        return true;
      } catch (error) {
        if (error instanceof OneTimeTokenInvalid) return undefined;
        throw error;
      }
    });
    if (outcome === undefined) throw new OneTimeTokenInvalid('sign_up');
  }
}
