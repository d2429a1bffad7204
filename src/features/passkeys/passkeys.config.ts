import { z } from 'zod';
import { configSlice, list } from '../../platform/config/index.js';

/** An origin as browsers write it into the client data (RFC 6454 §6.2): scheme, host and port, nothing else. */
function isOrigin(entry: string): boolean {
  // A wildcard within a host parses, and matches no page: who writes it expects something else.
  return /^https?:/.test(entry) && !entry.includes('*') && URL.canParse(entry) && new URL(entry).origin === entry;
}

/** Who we are to authenticators. What the settings mean together is checked in relying-party.ts. */
export class PasskeysConfig extends configSlice('Passkeys', {
  WEBAUTHN_RP_ID: z
    .string()
    .regex(/^[a-z0-9.-]+$/, 'must be a domain in lower case, such as example.com')
    .optional()
    .describe(
      'Domain that passkeys are bound to for good: that of the pages, or one above it. Default: host of PUBLIC_URL.',
    ),
  WEBAUTHN_ORIGINS: list(
    'Origins whose pages may ask for a passkey, comma-separated, exact. Default: the one of PUBLIC_URL. Production requires https.',
  )
    .refine(
      (origins) => origins.length > 0 && origins.every(isOrigin),
      'must be a list of origins such as https://app.example.com',
    )
    .optional(),
}) {}
