import { Injectable } from '@nestjs/common';
import { SignJWT } from 'jose';
import { Secret } from '../config/index.js';
import { newId, SigningKeys } from '../crypto/index.js';
import { Clock } from '../time/index.js';
import { ACCESS_TOKEN_TYPE, FIRST_PARTY_CLIENT, FULL_SCOPE } from './access-token.js';
import { TokenConfig } from './token.config.js';

export interface TokenSubject {
  readonly userId: string;
  readonly sessionId: string;
  readonly organizationId: string;
  readonly authTime: Date;
  readonly amr: readonly string[];
}

/** Signs access tokens (RFC 9068) with the active key: ids, no personal data. @control B7.6 */
@Injectable()
export class AccessTokenIssuer {
  constructor(
    private readonly config: TokenConfig,
    private readonly keys: SigningKeys,
    private readonly clock: Clock,
  ) {}

  async issue(subject: TokenSubject): Promise<Secret<string>> {
    const { values } = this.config;
    const { kid, privateKey } = this.keys.active;
    const now = this.clock.epochSeconds();
    const claims = {
      sid: subject.sessionId,
      org: subject.organizationId,
      scope: FULL_SCOPE,
      client_id: FIRST_PARTY_CLIENT,
      auth_time: Math.floor(subject.authTime.getTime() / 1000),
      amr: [...subject.amr],
    };
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', typ: ACCESS_TOKEN_TYPE, kid })
      .setIssuer(values.TOKEN_ISSUER)
      .setAudience(values.TOKEN_AUDIENCE)
      .setSubject(subject.userId)
      .setIssuedAt(now)
      .setNotBefore(now)
      .setExpirationTime(now + values.ACCESS_TOKEN_TTL_S)
      .setJti(newId())
      .sign(privateKey.reveal());
    return new Secret(token);
  }
}
