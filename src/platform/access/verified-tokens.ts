import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock } from '../time/index.js';
import { hasExpired, type AccessTokenClaims } from './access-token.js';

/** About 1 KiB each. Beyond it the least recently used token is verified anew. */
const MAX_TOKENS = 5000;

/**
 * Remembers tokens whose signature has been verified, by their exact bytes: an ES256 verification costs more than
 * the rest of a request. Only the verdict on the signature is kept; expiry and the session are checked on every use,
 * and a token that was refused is never remembered.
 */
@Injectable()
export class VerifiedTokens {
  private readonly claims = new LRUCache<string, AccessTokenClaims>({ max: MAX_TOKENS });

  constructor(private readonly clock: Clock) {}

  remember(token: string, claims: AccessTokenClaims): void {
    this.claims.set(token, claims);
  }

  find(token: string): AccessTokenClaims | undefined {
    const claims = this.claims.get(token);
    if (claims === undefined) return undefined;
    if (!hasExpired(claims, this.clock.epochSeconds())) return claims;
    this.claims.delete(token);
    return undefined;
  }
}
