import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import {
  hasSecondFactor,
  NO_PERMISSIONS,
  RoleTable,
  SessionRegistry,
  type AccessTokenClaims,
  type LiveSession,
} from '../../platform/access/index.js';
import { DatabaseNotifications } from '../../platform/database/index.js';
import { Metrics } from '../../platform/telemetry/index.js';
import { Clock } from '../../platform/time/index.js';
import { SessionsRepository, type SessionState } from './sessions.repository.js';

/** Sent by triggers of the first migration, in the transaction of the change. */
const CHANNEL = 'access_changed';
const MAX_SESSIONS = 10_000;

/** Exactly what changed: a session, a membership, or everything of a person. */
const message = z.union([
  z.object({ session: z.uuid() }),
  z.object({ organization: z.uuid(), user: z.uuid() }),
  z.object({ user: z.uuid() }),
]);

/**
 * The state of sessions in memory, so that a request costs no query for it. PostgreSQL tells every instance what changed
 * as the change commits; while that line is down the cache is bypassed and every request asks the database (fails closed).
 * @control B13.3
 */
@Injectable()
export class CachedSessionRegistry extends SessionRegistry implements OnApplicationBootstrap {
  private readonly logger = new Logger(CachedSessionRegistry.name);
  private readonly states = new LRUCache<string, SessionState>({ max: MAX_SESSIONS });
  /** Grows with every change: a state that was read across a change is not kept. */
  private generation = 0;
  private misses = 0;

  constructor(
    private readonly sessions: SessionsRepository,
    private readonly notifications: DatabaseNotifications,
    private readonly roles: RoleTable,
    private readonly clock: Clock,
    metrics: Metrics,
  ) {
    super();
    metrics.watchCache('sessions', () => ({ size: this.states.size, misses: this.misses }));
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.notifications.listen(CHANNEL, {
      onMessage: (payload) => this.forget(payload),
      onGap: () => this.forgetAll(),
    });
  }

  /** Answers at once when the state is known: the usual case costs not even a promise. */
  override find(claims: AccessTokenClaims): LiveSession | undefined | Promise<LiveSession | undefined> {
    const state = this.notifications.isListening ? this.states.get(claims.sid) : undefined;
    return state === undefined ? this.load(claims) : this.evaluate(state, claims);
  }

  /** For the instance that ends a session itself: its next request must not wait for the notification. */
  forgetSession(sessionId: string): void {
    this.generation += 1;
    this.states.delete(sessionId);
  }

  /** The same for all sessions of a member of an organization, whose role has changed or who is none any more. */
  forgetMember(organizationId: string, userId: string): void {
    this.generation += 1;
    for (const [id, state] of this.states.entries()) {
      if (state.organizationId === organizationId && state.userId === userId) this.states.delete(id);
    }
  }

  private async load(claims: AccessTokenClaims): Promise<LiveSession | undefined> {
    const { generation } = this;
    this.misses += 1;
    const state = await this.sessions.findState(claims.sid);
    if (state === undefined) return undefined;
    if (this.notifications.isListening && generation === this.generation) this.states.set(claims.sid, state);
    return this.evaluate(state, claims);
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
    this.generation += 1;
    const parsed = message.safeParse(parseJson(payload));
    if (!parsed.success) {
      this.logger.error({ msg: 'a notification could not be read; all sessions are looked up anew' });
      this.states.clear();
      return;
    }
    const change = parsed.data;
    if ('session' in change) {
      this.states.delete(change.session);
      return;
    }
    if ('organization' in change) {
      this.forgetMember(change.organization, change.user);
      return;
    }
    for (const [id, state] of this.states.entries()) if (state.userId === change.user) this.states.delete(id);
  }

  private forgetAll(): void {
    this.generation += 1;
    this.states.clear();
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The caller treats what is not JSON like any other unreadable message.
    return undefined;
  }
}
