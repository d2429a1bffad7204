import { z } from 'zod';

const reasonSchema = z.object({ code: z.string().optional(), responseCode: z.number().optional() }).catch({});

/**
 * The server did not take a mail. Says what kind of failure it was and no more: the words of SMTP servers quote addresses,
 * and this goes into the log (CWE-532). @control A6.2
 */
export class MailNotDelivered extends Error {
  readonly code: string | undefined;
  /** RFC 5321 §4.2: 4xx may pass, 5xx is a refusal. */
  readonly responseCode: number | undefined;

  constructor(failure: unknown) {
    const { code, responseCode } = reasonSchema.parse(failure);
    super(`the mail server did not take a mail: ${[code ?? 'unknown', responseCode].join(' ').trim()}`);
    this.name = 'MailNotDelivered';
    this.code = code;
    this.responseCode = responseCode;
  }
}
