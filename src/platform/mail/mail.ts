import { z } from 'zod';

/** RFC 5321 §4.5.3.1.3: a path is up to 256 octets, with its angle brackets. */
const MAX_ADDRESS = 254;

/**
 * One address and nothing else: no name, no second address, and nothing that could end the header or the SMTP command that
 * it is put in (CWE-93). @control B2.2
 */
export const mailAddress = z
  .string()
  .max(MAX_ADDRESS)
  .regex(/^[^\s<>(),;:"\\@[\]\p{Cc}]+@[^\s<>(),;:"\\@[\]\p{Cc}]+$/u, 'must be one e-mail address');

/** A header ends at the end of its line: a subject has no control characters (CWE-93). @control B2.2 */
const subject = z
  .string()
  .max(200)
  .regex(/^[^\p{Cc}\u2028\u2029]+$/u, 'must be one line');

export const mailSchema = z.object({ to: mailAddress, subject, text: z.string().max(20_000) });

/** A mail as plain text: what it says is read by people, and no client of theirs runs or loads anything for it. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}
