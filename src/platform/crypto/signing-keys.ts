import { Injectable } from '@nestjs/common';
import { CryptoConfig } from './crypto.config.js';
import type { PublicJwk, SigningKey } from './signing-key-set.js';

/** The keys of the access tokens: the first signs, all of them verify, so that a rotation never refuses a live token. */
@Injectable()
export class SigningKeys {
  private readonly byKid: ReadonlyMap<string, SigningKey>;
  readonly active: SigningKey;

  constructor(config: CryptoConfig) {
    const keys = config.values.SIGNING_KEYS;
    const [active] = keys;
    if (active === undefined) throw new Error('SIGNING_KEYS holds at least one key');
    this.active = active;
    this.byKid = new Map(keys.map((key) => [key.kid, key]));
  }

  /** The pinned public key of this id. An unknown id is refused; keys are never fetched. @control B13.1 */
  publicKeyPem(kid: string): string | undefined {
    return this.byKid.get(kid)?.publicKeyPem;
  }

  publicSet(): readonly PublicJwk[] {
    return [...this.byKid.values()].map((key) => key.publicJwk);
  }
}
