import { Injectable } from '@nestjs/common';
import { AccessTokenIssuer, TokenConfig, type Actor } from '../../platform/access/index.js';
import { Secret } from '../../platform/config/index.js';
import { hashOpaqueToken, newId, newOpaqueToken } from '../../platform/crypto/index.js';
import { Clock } from '../../platform/time/index.js';
import { CachedSessionRegistry } from './cached-session-registry.js';
import { RefreshTokenInvalid, RefreshTokenReused } from './sessions.errors.js';
import { SessionsRepository, type SessionRow } from './sessions.repository.js';
import type { SessionTokensView } from './sessions.views.js';

interface SignIn {
  readonly userId: string;
  readonly organizationId: string;
  /** How the person proved who they are (RFC 8176). */
  readonly amr: readonly string[];
}

@Injectable()
export class SessionsService {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly registry: CachedSessionRegistry,
    private readonly issuer: AccessTokenIssuer,
    private readonly config: TokenConfig,
    private readonly clock: Clock,
  ) {}

  async open(signIn: SignIn): Promise<SessionTokensView> {
    const now = this.clock.now();
    const expiresAt = after(now, this.config.values.SESSION_MAX_AGE_S);
    const session = { id: newId(), ...signIn, authTime: now, expiresAt };
    const refresh = this.newRefreshToken(now, expiresAt);
    await this.sessions.open(session, refresh.stored);
    return this.tokens(session, refresh);
  }

  /** Rotation: every refresh token works once; a second use ends the session (RFC 9700 §4.14.2). @control A13.3 */
  async refresh(token: Secret<string>): Promise<SessionTokensView> {
    const now = this.clock.now();
    const refresh = this.newRefreshToken(now);
    const redemption = await this.sessions.redeem(hashOpaqueToken(token), refresh.stored, now);
    if (redemption.outcome === 'redeemed') return this.tokens(redemption.session, refresh);
    if (redemption.outcome === 'invalid') throw new RefreshTokenInvalid();
    await this.revoke(redemption.sessionId, now);
    throw new RefreshTokenReused(redemption.sessionId);
  }

  /** Ends the caller's session: access and refresh tokens stop at once here, and within a second on every instance. */
  async end(actor: Actor): Promise<void> {
    if (actor.sessionId !== undefined) await this.revoke(actor.sessionId, this.clock.now());
  }

  private async revoke(sessionId: string, now: Date): Promise<void> {
    await this.sessions.revoke(sessionId, now);
    this.registry.forgetSession(sessionId);
  }

  /** Idle life, cut at the end of the session where that is known; the session's own end holds in any case. */
  private newRefreshToken(now: Date, sessionEnd?: Date) {
    const idleEnd = after(now, this.config.values.SESSION_IDLE_S);
    const expiresAt = sessionEnd !== undefined && sessionEnd < idleEnd ? sessionEnd : idleEnd;
    const token = newOpaqueToken();
    return { token, expiresAt, stored: { tokenHash: hashOpaqueToken(token), expiresAt } };
  }

  private async tokens(
    session: SessionRow,
    refresh: { token: Secret<string>; expiresAt: Date },
  ): Promise<SessionTokensView> {
    const accessToken = await this.issuer.issue({ ...session, sessionId: session.id });
    const refreshEnd = refresh.expiresAt < session.expiresAt ? refresh.expiresAt : session.expiresAt;
    return {
      tokenType: 'Bearer',
      accessToken: accessToken.reveal(),
      expiresIn: this.config.values.ACCESS_TOKEN_TTL_S,
      refreshToken: refresh.token.reveal(),
      refreshExpiresIn: Math.floor((refreshEnd.getTime() - this.clock.now().getTime()) / 1000),
    };
  }
}

function after(from: Date, seconds: number): Date {
  return new Date(from.getTime() + seconds * 1000);
}
