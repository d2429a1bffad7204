import { Injectable } from '@nestjs/common';
import {
  AccessTokenIssuer,
  hasSecondFactor,
  TokenConfig,
  Unauthenticated,
  type Actor,
} from '../../platform/access/index.js';
import { SecurityEvents, type EventName } from '../../platform/audit/index.js';
import { Secret } from '../../platform/config/index.js';
import { hashOpaqueToken, newId, newOpaqueToken } from '../../platform/crypto/index.js';
import { UnitOfWork } from '../../platform/database/index.js';
import { ResourceNotFound } from '../../platform/errors/index.js';
import { toPage } from '../../platform/serialization/index.js';
import { Clock } from '../../platform/time/index.js';
import type { PageQuery } from '../../platform/validation/index.js';
import { CachedSessionRegistry } from './cached-session-registry.js';
import type { Device } from './device.js';
import { RefreshTokenInvalid, RefreshTokenRepeated, RefreshTokenReused, SessionOver } from './sessions.errors.js';
import { SessionsRepository, type SessionRow } from './sessions.repository.js';

/** RFC 6749 §5.1: an access token as its holder gets it. */
export interface AccessToken {
  readonly tokenType: string;
  readonly accessToken: string;
  /** Seconds. */
  readonly expiresIn: number;
}

export interface SessionTokens extends AccessToken {
  readonly refreshToken: string;
  /** Seconds. */
  readonly refreshExpiresIn: number;
}

interface SignIn {
  readonly userId: string;
  readonly organizationId: string;
  /** How the person proved who they are (RFC 8176). */
  readonly amr: readonly string[];
  readonly device: Device;
}

@Injectable()
export class SessionsService {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly registry: CachedSessionRegistry,
    private readonly issuer: AccessTokenIssuer,
    private readonly events: SecurityEvents,
    private readonly work: UnitOfWork,
    private readonly config: TokenConfig,
    private readonly clock: Clock,
  ) {}

  async open({ device, ...signIn }: SignIn): Promise<SessionTokens> {
    const now = this.clock.now();
    const expiresAt = after(now, this.config.values.SESSION_MAX_AGE_S);
    return this.start({ id: newId(), ...signIn, authTime: wholeSecond(now), expiresAt }, device, now);
  }

  /**
   * A session in another organization instead of the one here: the same proof, and the same end. Of parallel moves one wins.
   * Throws `SessionOver`, and `Unauthenticated` for a token from before the session got its second factor: it must not turn
   * into a session without one, nor into a token with one. @control A1.2 A7.4
   */
  async move(actor: Actor, organizationId: string, device: Device): Promise<SessionTokens> {
    const now = this.clock.now();
    return this.work.run(async () => {
      const left = await this.sessions.take(sessionIdOf(actor), now);
      if (left === undefined) throw new SessionOver();
      this.forget(left.id);
      await this.recordEnd([left.id], 'moved');
      const { amr } = actor;
      const isWeaker = hasSecondFactor(left.amr) && !hasSecondFactor(amr);
      if (isWeaker) throw new Unauthenticated({ reason: 'weaker-than-session' });
      const authTime = new Date(actor.authTime * 1000);
      return this.start({ ...left, id: newId(), organizationId, amr, authTime }, device, now);
    });
  }

  /** Rotation: every refresh token works once; a second use ends the session (RFC 9700 §4.14.2). @control A13.3 */
  async refresh(token: Secret<string>, device: Device): Promise<SessionTokens> {
    const now = this.clock.now();
    const refresh = this.newRefreshToken(now);
    const request = {
      tokenHash: hashOpaqueToken(token),
      successor: refresh.stored,
      device,
      now,
      graceSeconds: this.config.values.REFRESH_GRACE_S,
    };
    const redemption = await this.work.run(async () => {
      const outcome = await this.sessions.redeem(request);
      if (outcome.outcome === 'redeemed') await this.recordFor(outcome.session, 'authn_token_created');
      return outcome;
    });
    if (redemption.outcome === 'redeemed') return this.tokens(redemption.session, refresh);
    if (redemption.outcome === 'invalid') throw new RefreshTokenInvalid();
    if (redemption.outcome === 'repeated') throw new RefreshTokenRepeated(redemption);
    await this.revoke(redemption.sessionId, 'token-reuse');
    throw new RefreshTokenReused(redemption);
  }

  /** The person has proved again who they are: the session remembers it, and a new access token says so (RFC 9470 §4). */
  async proveAgain(actor: Actor, amr: readonly string[]): Promise<AccessToken> {
    const authTime = wholeSecond(this.clock.now());
    const session = await this.work.run(async () => {
      const proved = await this.sessions.proveAgain(sessionIdOf(actor), { authTime, amr });
      if (proved === undefined) throw new SessionOver();
      await this.recordFor(proved, 'authn_step_up');
      this.forget(proved.id);
      return proved;
    });
    return this.accessToken(session);
  }

  async list(actor: Actor, query: PageQuery) {
    const now = this.clock.now();
    const idleSince = after(now, -this.config.values.SESSION_IDLE_S);
    const rows = await this.sessions.listLive({ userId: userIdOf(actor), now, idleSince }, query);
    const { items, nextCursor } = toPage(rows, query);
    return { items: items.map((row) => ({ ...row, isCurrent: row.id === actor.sessionId })), nextCursor };
  }

  /** Ends the caller's session: access and refresh tokens stop at once here, and within a second on every instance. */
  async end(actor: Actor): Promise<void> {
    if (actor.sessionId !== undefined) await this.revoke(actor.sessionId, 'signed-out');
  }

  async endOne(actor: Actor, sessionId: string): Promise<void> {
    await this.work.run(async () => {
      const isTheirs = await this.sessions.revokeOwn(userIdOf(actor), sessionId, this.clock.now());
      if (!isTheirs) throw new ResourceNotFound();
      await this.recordEnd([sessionId], 'ended-by-owner');
      this.forget(sessionId);
    });
  }

  /** A session that something was noticed about (platform/detection). */
  async endSuspected(sessionId: string): Promise<void> {
    await this.revoke(sessionId, 'suspected');
  }

  async endOthers(actor: Actor): Promise<void> {
    await this.endAllOf(userIdOf(actor), sessionIdOf(actor));
  }

  /** Ends every session of a person, in all organizations; `except` goes on. @control B13.3 */
  async endAllOf(userId: string, except?: string): Promise<void> {
    await this.work.run(async () => {
      const ended = await this.sessions.revokeAllOf(userId, except, this.clock.now());
      if (ended.length > 0) await this.recordEnd(ended, 'all-ended');
      for (const id of ended) this.forget(id);
    });
  }

  /** For the instance that changes a membership: the next request of the member must not wait for the notification. */
  forgetMember(organizationId: string, userId: string): void {
    this.work.afterCommit(() => this.registry.forgetMember(organizationId, userId));
  }

  private async revoke(sessionId: string, reason: string): Promise<void> {
    await this.work.run(async () => {
      await this.sessions.revoke(sessionId, this.clock.now());
      await this.recordEnd([sessionId], reason);
      this.forget(sessionId);
    });
  }

  private async recordEnd(ids: readonly string[], reason: string): Promise<void> {
    await this.events.record({ name: 'session_ended', reason, target: { type: 'session', ids } });
  }

  private async recordFor({ id, userId, organizationId }: SessionRow, name: EventName): Promise<void> {
    const person = { userId, sessionId: id };
    await this.events.record({ name, person, organizationId, target: { type: 'session', ids: [id] } });
  }

  private async start(session: SessionRow, device: Device, now: Date): Promise<SessionTokens> {
    const refresh = this.newRefreshToken(now, session.expiresAt);
    await this.work.run(async () => {
      await this.sessions.open({ ...session, lastSeenAt: now }, device, refresh.stored);
      await this.recordFor(session, 'session_created');
    });
    return this.tokens(session, refresh);
  }

  /** Here at once; the notification comes to the other instances. */
  private forget(sessionId: string): void {
    this.work.afterCommit(() => this.registry.forgetSession(sessionId));
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
  ): Promise<SessionTokens> {
    const refreshEnd = refresh.expiresAt < session.expiresAt ? refresh.expiresAt : session.expiresAt;
    return {
      ...(await this.accessToken(session)),
      refreshToken: refresh.token.reveal(),
      refreshExpiresIn: Math.floor((refreshEnd.getTime() - this.clock.now().getTime()) / 1000),
    };
  }

  private async accessToken(session: SessionRow): Promise<AccessToken> {
    const accessToken = await this.issuer.issue({ ...session, sessionId: session.id });
    return {
      tokenType: 'Bearer',
      accessToken: accessToken.reveal(),
      expiresIn: this.config.values.ACCESS_TOKEN_TTL_S,
    };
  }
}

function after(from: Date, seconds: number): Date {
  return new Date(from.getTime() + seconds * 1000);
}

/** The precision of `auth_time`. The database would round up, to a proof in the future. */
function wholeSecond(time: Date): Date {
  return new Date(Math.floor(time.getTime() / 1000) * 1000);
}

/** Sessions are of people: a caller without one, an API key say, has none to manage. */
function userIdOf({ userId }: Actor): string {
  if (userId === undefined) throw new ResourceNotFound();
  return userId;
}

function sessionIdOf({ sessionId }: Actor): string {
  if (sessionId === undefined) throw new ResourceNotFound();
  return sessionId;
}
