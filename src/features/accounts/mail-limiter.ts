import { Injectable } from '@nestjs/common';
import { GuessLimiter } from '../../platform/guessing/index.js';

/** Nobody's mailbox can be flooded through us: mails that strangers can cause are counted per address, known or not. */
@Injectable()
export class MailLimiter {
  constructor(private readonly guesses: GuessLimiter) {}

  /** Throws `TooManyAttempts`. */
  async count(email: string): Promise<void> {
    await this.guesses.attempt([{ kind: 'mail-to', id: email, isShared: true }], () => Promise.resolve(undefined));
  }
}
