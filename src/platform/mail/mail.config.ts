import { z } from 'zod';
import { configSlice, secretText } from '../config/index.js';
import { mailAddress } from './mail.js';
import { parseSmtpUrl } from './smtp-server-address.js';

export class MailConfig extends configSlice('Mail', {
  SMTP_URL: secretText(
    'Mail server: smtp://user:password@host:587 or smtps://user:password@host:465. Without it mails are written to MAIL_FOLDER. Production requires it, and STARTTLS with smtp://.',
  )
    .transform((value, context) => {
      try {
        return parseSmtpUrl(value);
      } catch {
        // The parser's own words could quote the password; the form is all that may be said.
        context.addIssue({ code: 'custom', message: 'must have the form smtp(s)://user:password@host:port' });
        return z.NEVER;
      }
    })
    .optional(),
  MAIL_FROM: mailAddress
    .optional()
    .describe('Address of the sender. Default: rampart@localhost. Production requires it.'),
  MAIL_FOLDER: z
    .string()
    .default('.data/mail')
    .describe('Where mails go, as .eml files, when there is no SMTP_URL. They hold links that sign people in.'),
}) {
  get sender(): string {
    return this.values.MAIL_FROM ?? 'rampart@localhost';
  }

  static override productionProblems(values: MailConfig['values']): readonly string[] {
    return [
      ...(values.SMTP_URL === undefined ? ['SMTP_URL: is required in production'] : []),
      ...(values.MAIL_FROM === undefined ? ['MAIL_FROM: is required in production'] : []),
    ];
  }
}
