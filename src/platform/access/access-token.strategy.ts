import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { decodeProtectedHeader } from 'jose';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { SigningKeys } from '../crypto/index.js';
import { Clock } from '../time/index.js';
import { evaluateAccessToken, type AccessTokenClaims } from './access-token.js';
import { Unauthenticated } from './access.errors.js';
import { TokenConfig } from './token.config.js';

export const ACCESS_TOKEN_STRATEGY = 'access-token';

/** Verifies access tokens with passport-jwt: ES256 alone, keys from our own ring and never from the token. @control B13.1 */
@Injectable()
export class AccessTokenStrategy extends PassportStrategy(Strategy, ACCESS_TOKEN_STRATEGY) {
  constructor(
    config: TokenConfig,
    keys: SigningKeys,
    private readonly clock: Clock,
  ) {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      secretOrKeyProvider: (_request, token, done) => {
        const publicKey = keys.publicKeyPem(keyIdOf(String(token)));
        done(publicKey === undefined ? new Unauthenticated({ reason: 'unknown-key' }) : null, publicKey);
      },
      algorithms: ['ES256'],
      issuer: config.values.TOKEN_ISSUER,
      audience: config.values.TOKEN_AUDIENCE,
      // `exp` and `nbf` are judged once, by the injected clock: see evaluateAccessToken.
      ignoreExpiration: true,
      // `complete` hands the header over, so that `typ` can be checked.
      // oxlint-disable-next-line typescript/no-deprecated -- the only way to get the header; the types call it old, the package does not
      jsonWebTokenOptions: { complete: true, ignoreNotBefore: true },
    });
  }

  validate(token: unknown): AccessTokenClaims {
    const verdict = evaluateAccessToken(token, this.clock.epochSeconds());
    if (!verdict.accepted) throw new Unauthenticated({ reason: verdict.reason });
    return verdict.claims;
  }
}

/** Empty when there is none. */
export function keyIdOf(token: string): string {
  try {
    return decodeProtectedHeader(token).kid ?? '';
  } catch {
    // Not a JWT at all: no key has the empty id, so it is refused like an unknown key.
    return '';
  }
}
