import { Injectable } from '@nestjs/common';
import { ServiceUnavailable } from '../errors/index.js';
import { StartRefused } from '../process/index.js';
import { Clock } from '../time/index.js';
import { CryptoConfig } from './crypto.config.js';
import { signingKeyAt, verifyingKeysAt, type PublicJwk, type SigningKey } from './signing-key-set.js';

/** A set of keys with which nobody could sign in: a start with it is refused, and so is a change to it. */
class NoKeySigns extends StartRefused {
  constructor() {
    super('SIGNING_KEYS: no key can sign now: each has an nbf in the future or an exp in the past.');
  }
}

/**
 * The keys of the access tokens: one signs, all verify, and which ones follows from the time, so that a rotation never
 * refuses a live token. @control A5.4
 */
@Injectable()
export class SigningKeys {
  private keys: readonly SigningKey[] = [];

  constructor(
    config: CryptoConfig,
    private readonly clock: Clock,
  ) {
    this.replace(config.values.SIGNING_KEYS);
  }

  /** The key that signs now. When all keys have expired since the start, nothing is signed: 503 (fails closed). */
  get active(): SigningKey {
    const active = signingKeyAt(this.keys, this.clock.epochSeconds());
    if (active === undefined) throw new ServiceUnavailable({ cause: new NoKeySigns() });
    return active;
  }

  /** The pinned public key of this id. An id that is unknown or retired is refused; keys are never fetched. @control B13.1 */
  publicKeyPem(kid: string): string | undefined {
    return this.verifying().find((key) => key.kid === kid)?.publicKeyPem;
  }

  publicSet(): readonly PublicJwk[] {
    return this.verifying().map((key) => key.publicJwk);
  }

  /** Takes another set, whole. Throws, and keeps the set of before, when no key of it can sign now (fails safe). */
  replace(keys: readonly SigningKey[]): void {
    if (signingKeyAt(keys, this.clock.epochSeconds()) === undefined) throw new NoKeySigns();
    this.keys = keys;
  }

  /** Without their secrets: when each begins and ends, for those who watch that a rotation is not forgotten. */
  lives(): readonly Pick<SigningKey, 'kid' | 'nbf' | 'exp'>[] {
    return this.keys.map(({ kid, nbf, exp }) => ({ kid, nbf, exp }));
  }

  private verifying(): readonly SigningKey[] {
    return verifyingKeysAt(this.keys, this.clock.epochSeconds());
  }
}
