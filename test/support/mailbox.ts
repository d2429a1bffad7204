import { randomBytes } from 'node:crypto';
import { vi } from 'vitest';
import { newId } from '../../src/platform/crypto/index.js';
import { asOwner } from '../integration/open-database.ts';
import type { Answer } from './caller.ts';
import type { MailServer, ReceivedMail } from './mail-server.ts';

/** What the mails of the account flows are called. */
export const SUBJECTS = {
  signUp: /^Confirm your e-mail address$/,
  accountExists: /^You already have an account$/,
  reset: /^Reset your password$/,
  newAddress: /^Confirm your new e-mail address$/,
  passwordChanged: /^Your password was changed$/,
  emailChangeAsked: /^A new e-mail address was asked for$/,
  emailChanged: /^Your e-mail address was changed$/,
  invitation: /^You are invited/,
};

export const somebody = (): string => `${newId()}@test.example`;
export const newPassword = (): string => randomBytes(18).toString('base64url');

/** The token of the mail, which stands on a line of its own. */
export function tokenOf({ text }: ReceivedMail): string {
  const [token] = /^[\w-]{43}$/m.exec(text) ?? [];
  if (token === undefined) throw new Error('the mail holds no token');
  return token;
}

/** Mails that come of what a test does. */
export class Mailbox {
  /** Jobs of earlier files are not waited for. */
  private readonly openedAt = new Date();

  constructor(private readonly mails: MailServer) {}

  /** Does what must be answered with 202, and waits for the next mail of this kind to the address. */
  async mailAfter(address: string, subject: RegExp, request: () => Promise<Answer>): Promise<ReceivedMail> {
    const after = this.mails.mailsTo(address).length;
    const answer = await request();
    if (answer.status !== 202) throw new Error(`202 was expected: ${answer.status} ${answer.text}`);
    return this.mails.waitForMail(address, { subject, after });
  }

  async tokenAfter(address: string, subject: RegExp, request: () => Promise<Answer>): Promise<string> {
    return tokenOf(await this.mailAfter(address, subject, request));
  }

  /** Subjects of all mails to the address, once nothing more is under way. */
  async subjectsTo(address: string): Promise<readonly string[]> {
    await this.settled();
    return this.mails.mailsTo(address).map(({ subject }) => subject);
  }

  /** Every mail that was asked for has been sent: what has not come by then does not come. */
  async settled(): Promise<void> {
    const isIdle = async () => {
      const waiting = await asOwner(
        `SELECT id FROM pgboss.job WHERE state < 'completed' AND created_on >= $1
         AND (name = 'mail' OR name LIKE 'accounts.%' OR name LIKE 'organizations.%')`,
        [this.openedAt],
      );
      return waiting.length === 0;
    };
    await vi.waitUntil(isIdle, { timeout: 10_000, interval: 15 });
  }
}
