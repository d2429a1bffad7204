import { Injectable } from '@nestjs/common';
import { Outbox } from '../../platform/mail/index.js';
import { UsersRepository } from './users.repository.js';

/** What somebody is told about their own account. */
export interface Notice {
  readonly subject: string;
  /** Short ones: a mail of plain text is not wrapped. */
  readonly lines: readonly string[];
}

/** Tells people what happened to their account, in the transaction in which it happens. @control A1.6 */
@Injectable()
export class Notices {
  constructor(
    private readonly users: UsersRepository,
    private readonly outbox: Outbox,
  ) {}

  async tell(userId: string, notice: Notice): Promise<void> {
    const profile = await this.users.findContact(userId);
    if (profile !== undefined) await this.tellAddress(profile.email, notice);
  }

  /** For an address that is no longer, or not yet, the one of the account. */
  async tellAddress(to: string, { subject, lines }: Notice): Promise<void> {
    await this.outbox.post({ to, subject, text: `${lines.join('\n')}\n` });
  }
}
