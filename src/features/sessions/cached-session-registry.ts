import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import {
  hasSecondFactor,
  NO_PERMISSIONS,
  RoleTable,
  SessionRegistry,
  type AccessTokenClaims,
  type LiveSession,
} from '../../platform/access/index.js';
import { DatabaseNotifications, NotifiedCache } from '../../platform/database/index.js';
import { Metrics } from '../../platform/telemetry/index.js';
import { Clock } from '../../platform/time/index.js';
import { ACCESS_CHANNEL, parseAccessChange } from './access-changes.js';
import { SessionsRepository, type SessionState } from './sessions.repository.js';

/**
 * The state of sessions in memory, so that a request costs no query for it. PostgreSQL tells every instance what changed
 * as the change commits; while that line is down the cache is bypassed and every request asks the database (fails closed).
 * @control B13.3
 */
@Injectable()
export class CachedSessionRegistry extends SessionRegistry implements OnApplicationBootstrap {
  private readonly logger = new Logger(CachedSessionRegistry.name);
  private readonly states: NotifiedCache<SessionState>;

  constructor(
    private readonly sessions: SessionsRepository,
    private readonly notifications: DatabaseNotifications,
    private readonly roles: RoleTable,
    private readonly clock: Clock,
    metrics: Metrics,
  ) {
    super();
    this.states = new NotifiedCache(notifications);
    metrics.watchCache('sessions', () => this.states);
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.notifications.listen(ACCESS_CHANNEL, {
      onMessage: (payload) => this.forget(payload),
      onGap: () => this.states.forgetAll(),
    });
  }

  /** Answers at once when the state is known: the usual case costs not even a promise. */
  override find(claims: AccessTokenClaims): LiveSession | undefined | Promise<LiveSession | undefined> {
    const state = this.states.get(claims.sid);
    return state === undefined ? this.load(claims) : this.evaluate(state, claims);
  }

  /** For the instance that ends a session itself: its next request must not wait for the notification. */
  forgetSession(sessionId: string): void {
    this.states.forget(sessionId);
  }

  /** The same for all sessions of a member of an organization, whose role has changed or who is none any more. */
  forgetMember(organizationId: string, userId: string): void {
    this.states.forgetWhere((state) => state.organizationId === organizationId && state.userId === userId);
  }

  private async load(claims: AccessTokenClaims): Promise<LiveSession | undefined> {
    const state = await this.states.load(claims.sid, () => this.sessions.findState(claims.sid));
    return state === undefined ? undefined : this.evaluate(state, claims);
  }

  private evaluate(state: SessionState, claims: AccessTokenClaims): LiveSession | undefined {
    const isLive = !state.isRevoked && !state.isUserSuspended && state.expiresAt > this.clock.now();
    const isOfToken = state.userId === claims.sub && state.organizationId === claims.org;
    if (!isLive || !isOfToken) return undefined;
    const { userId, organizationId, role } = state;
    const isMultiFactor = hasSecondFactor(state.amr);
    const mustEnrol = !isMultiFactor && this.roles.needsSecondFactor(role);
    const permissions = mustEnrol ? NO_PERMISSIONS : this.roles.effectivePermissions(role, claims.scope);
    return { userId, organizationId, role, permissions, isMultiFactor, mustEnrol };
  }

  private forget(payload: string): void {
    const change = parseAccessChange(payload);
    if (change === undefined) {
      this.logger.error({ msg: 'a notification could not be read; all sessions are looked up anew' });
      this.states.forgetAll();
    } else if ('session' in change) this.states.forget(change.session);
    else if ('organization' in change) this.forgetMember(change.organization, change.user);
    else this.states.forgetWhere((state) => state.userId === change.user);
  }
}
