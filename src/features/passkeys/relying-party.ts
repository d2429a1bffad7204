import { Injectable } from '@nestjs/common';
import { RuntimeConfig } from '../../platform/config/index.js';
import { HttpConfig } from '../../platform/http/index.js';
import { StartRefused } from '../../platform/process/index.js';
import { PasskeysConfig } from './passkeys.config.js';

/** Shown by authenticators beside the account. */
export const RELYING_PARTY_NAME = 'Rampart';

/**
 * Who we are to authenticators: a domain, and the pages that speak for it. Refuses a start with settings under which every
 * passkey would be refused, or under which a page without TLS could ask for one (Level 3 §5.1.3, §13.4.9).
 */
@Injectable()
export class RelyingParty {
  readonly id: string;
  readonly origins: readonly string[];

  constructor({ values }: PasskeysConfig, http: HttpConfig, runtime: RuntimeConfig) {
    const publicUrl = new URL(http.publicUrl);
    this.id = values.WEBAUTHN_RP_ID ?? publicUrl.hostname;
    this.origins = values.WEBAUTHN_ORIGINS ?? [publicUrl.origin];
    for (const origin of this.origins) {
      const { protocol, hostname } = new URL(origin);
      if (!isWithin(hostname, this.id)) {
        throw new StartRefused(`WEBAUTHN_RP_ID: ${this.id} is neither the host of ${origin} nor a domain above it.`);
      }
      if (runtime.isProduction && protocol !== 'https:') {
        throw new StartRefused(`WEBAUTHN_ORIGINS: ${origin} is not https, which production requires.`);
      }
    }
  }
}

/** Whole labels count: `badexample.com` is not within `example.com`. */
function isWithin(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`);
}
