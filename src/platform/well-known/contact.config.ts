import { configSlice, integer, list } from '../config/index.js';

/** RFC 9116 §2.5.3: `mailto:security@clinic.org`, an https page with a form, a telephone number. */
function isContact(entry: string): boolean {
  return /^(mailto:[^@\s]+@[^@\s]+|https:\/\/\S+|tel:\+[\d-]+)$/.test(entry) && URL.canParse(entry);
}

/** Names that nobody can own (RFC 2606, RFC 6761): a report that is sent there is lost. */
const PLACEHOLDER = /[@/.](localhost|(example\.(com|net|org))|[a-z0-9-]+\.(example|test|invalid|localhost))([:/]|$)/i;

export class ContactConfig extends configSlice('Reports of vulnerabilities', {
  SECURITY_CONTACT: list(
    'Where /.well-known/security.txt says to report: mailto:, https: or tel:, the preferred one first. Default: mailto:security@localhost. Production requires one that reaches somebody.',
  )
    .refine(
      (entries) => entries.length > 0 && entries.every(isContact),
      'each entry must be a mailto:, https: or tel: URI',
    )
    .optional(),
  SECURITY_TXT_DAYS: integer(
    'For how many days what security.txt says may be relied on: more than a month, less than a year.',
    {
      min: 32,
      max: 364,
      default: 180,
    },
  ),
}) {
  get contacts(): readonly string[] {
    return this.values.SECURITY_CONTACT ?? ['mailto:security@localhost'];
  }

  static override productionProblems({ SECURITY_CONTACT }: ContactConfig['values']): readonly string[] {
    if (SECURITY_CONTACT === undefined) return ['SECURITY_CONTACT: is required in production'];
    return SECURITY_CONTACT.some((contact) => PLACEHOLDER.test(contact))
      ? ['SECURITY_CONTACT: production needs an address that reaches somebody']
      : [];
  }
}
