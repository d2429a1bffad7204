import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { SigningKeys } from '../crypto/index.js';
import { Clock } from '../time/index.js';
import { hasExpired, type AccessTokenClaims } from './access-token.js';
import { keyIdOf } from './access-token.strategy.js';

/** About 1 KiB each. Beyond it the least recently used token is verified anew. */
const MAX_TOKENS = 5000;

interface Verified {
  readonly claims: AccessTokenClaims;
  readonly kid: string;
}

/**
 * Remembers tokens whose signature has been verified, by their exact bytes: an ES256 verification costs more than
 * the rest of a request. Only the verdict on the signature is kept; expiry, the session and
 * that its key is still in the ring are checked on every use, and a token that was refused is never remembered. @control A5.4
 */
@Injectable()
export class VerifiedTokens {
  private readonly tokens = new LRUCache<string, Verified>({ max: MAX_TOKENS });

  constructor(
    private readonly clock: Clock,
    private readonly keys: SigningKeys,
  ) {}

  /** How many are remembered. */
  get size(): number {
    return this.tokens.size;
  }

  remember(token: string, claims: AccessTokenClaims): void {
    this.tokens.set(token, { claims, kid: keyIdOf(token) });
  }

  find(token: string): AccessTokenClaims | undefined {
    const verified = this.tokens.get(token);
    if (verified === undefined) return undefined;
    const isRetired = this.keys.publicKeyPem(verified.kid) === undefined;
    if (!isRetired && !hasExpired(verified.claims, this.clock.epochSeconds())) return verified.claims;
    this.tokens.delete(token);
    return undefined;
  }
}
