import { z } from 'zod';
import { configSlice, integer, secretText } from '../config/index.js';

/** A folder of the web: what is asked for is appended to it. Credentials in it would end up in logs. */
function isFolder(text: string): boolean {
  const { username, password, search, hash, pathname } = new URL(text);
  return [username, password, search, hash].every((part) => part === '') && pathname.endsWith('/');
}

/** Where the server may call out to: what is not named here is not reachable. @control A1.1 */
export class OutboundConfig extends configSlice('Outgoing calls', {
  PWNED_PASSWORDS_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL', abort: true })
    .refine(isFolder, 'must end in / and have no credentials, query or fragment')
    .optional()
    .describe(
      'Refuse passwords from known breaches: https://api.pwnedpasswords.com/range/ is told the first 5 digits of their SHA-1. Default: off.',
    ),
  PWNED_PASSWORDS_TIMEOUT_MS: integer('How long that answer may take; without it the password is accepted.', {
    min: 50,
    max: 10_000,
    default: 1000,
  }),
  ALERT_WEBHOOK_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .optional()
    .describe('Where security alerts are posted, signed with ALERT_WEBHOOK_SECRET. Default: nowhere.'),
  ALERT_WEBHOOK_SECRET: secretText(
    'the key that alerts are signed with (HMAC-SHA-256, Standard Webhooks), at least 32 characters.',
  ).optional(),
}) {
  /** Scheme, host and port of every destination. */
  get origins(): ReadonlySet<string> {
    const { PWNED_PASSWORDS_URL, ALERT_WEBHOOK_URL } = this.values;
    const urls = [PWNED_PASSWORDS_URL, ALERT_WEBHOOK_URL];
    return new Set(urls.flatMap((url) => (url === undefined ? [] : [new URL(url).origin])));
  }

  static override productionProblems(values: OutboundConfig['values']): readonly string[] {
    const { PWNED_PASSWORDS_URL, ALERT_WEBHOOK_URL, ALERT_WEBHOOK_SECRET } = values;
    const isUnsigned = ALERT_WEBHOOK_URL !== undefined && (ALERT_WEBHOOK_SECRET?.reveal().length ?? 0) < 32;
    return [
      ...Object.entries({ PWNED_PASSWORDS_URL, ALERT_WEBHOOK_URL }).flatMap(([name, url]) =>
        url?.startsWith('http:') === true ? [`${name}: production calls out by https only`] : [],
      ),
      ...(isUnsigned ? ['ALERT_WEBHOOK_SECRET: ALERT_WEBHOOK_URL needs one of at least 32 characters'] : []),
    ];
  }
}
