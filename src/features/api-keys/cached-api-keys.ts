import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import {
  ApiKeyRefused,
  ApiKeyRegistry,
  parseApiKey,
  RoleTable,
  type LiveApiKey,
  type RateTier,
} from '../../platform/access/index.js';
import { RuntimeConfig, type Secret } from '../../platform/config/index.js';
import { DatabaseNotifications, NotifiedCache } from '../../platform/database/index.js';
import { parseNetwork } from '../../platform/networks/index.js';
import { Metrics } from '../../platform/telemetry/index.js';
import { Clock } from '../../platform/time/index.js';
import { ACCESS_CHANNEL, parseAccessChange } from '../sessions/index.js';
import { environmentOf } from './api-key-environment.js';
import { ApiKeyHasher } from './api-key-hasher.js';
import { ApiKeyUses } from './api-key-uses.js';
import { evaluateKey, openScopes, type KeyFacts } from './api-keys.policy.js';
import { ApiKeysRepository, type KeyState } from './api-keys.repository.js';

/** Sent by a trigger, in the transaction of the change: the public part of the key. */
const KEY_CHANNEL = 'api_key_changed';

interface KnownKey {
  readonly live: LiveApiKey;
  readonly secretHash: Uint8Array;
  readonly facts: Omit<KeyFacts, 'isSecretRight'>;
}

/**
 * API keys in memory, so that a request costs no query for them. PostgreSQL tells every instance what changed as the change
 * commits; while that line is down every request asks the database (fails closed). What memory refuses the database is asked
 * as well: another instance may know of a later use. @control A4.4 A4.1
 */
@Injectable()
export class CachedApiKeys extends ApiKeyRegistry implements OnApplicationBootstrap {
  private readonly known: NotifiedCache<KnownKey>;

  constructor(
    private readonly keys: ApiKeysRepository,
    private readonly hasher: ApiKeyHasher,
    private readonly uses: ApiKeyUses,
    private readonly notifications: DatabaseNotifications,
    private readonly roles: RoleTable,
    private readonly runtime: RuntimeConfig,
    private readonly clock: Clock,
    metrics: Metrics,
  ) {
    super();
    this.known = new NotifiedCache(notifications);
    metrics.watchCache('api-keys', () => this.known);
  }

  async onApplicationBootstrap(): Promise<void> {
    const onGap = () => this.known.forgetAll();
    await this.notifications.listen(KEY_CHANNEL, { onMessage: (keyId) => this.forget(keyId), onGap });
    await this.notifications.listen(ACCESS_CHANNEL, { onMessage: (change) => this.forgetPerson(change), onGap });
  }

  override async find(key: Secret<string>, ip: string): Promise<LiveApiKey> {
    const parts = parseApiKey(key);
    if (parts === undefined) throw new ApiKeyRefused({ reason: 'malformed-credential' });
    const { environment, keyId } = parts;
    if (environment !== environmentOf(this.runtime)) throw new ApiKeyRefused({ reason: 'wrong-environment', keyId });
    const remembered = this.known.get(keyId);
    const isGood = remembered !== undefined && this.judge(remembered, key, ip).allowed;
    const known = isGood ? remembered : await this.load(keyId);
    const verdict = this.judge(known, key, ip);
    if (known === undefined || !verdict.allowed) {
      throw new ApiKeyRefused({ reason: verdict.allowed ? 'unknown-key' : verdict.reason, keyId });
    }
    this.uses.note(known.live.id, { at: this.clock.now(), ip });
    return known.live;
  }

  /** For the instance that changes a key itself: its next request must not wait for the notification. */
  forget(keyId: string): void {
    this.known.forget(keyId);
  }

  private judge(known: KnownKey | undefined, key: Secret<string>, ip: string) {
    const isSecretRight = this.hasher.matches(key, known?.secretHash);
    if (known === undefined) return { allowed: false as const, reason: 'unknown-key' as const };
    return evaluateKey({ ...known.facts, isSecretRight }, ip, this.clock.now());
  }

  private async load(keyId: string): Promise<KnownKey | undefined> {
    return this.known.load(keyId, async () => {
      const state = await this.keys.findState(keyId);
      return state === undefined ? undefined : this.describe(state);
    });
  }

  private describe(state: KeyState): KnownKey {
    const { id, organizationId, createdById, secretHash, scopes, membership, ...facts } = state;
    const { role, user } = membership;
    // Once more what may be open to keys: the row is older than the code, and may have been written by hand.
    const scope = scopes.filter((name) => openScopes.includes(name)).join(' ');
    const permissions = this.roles.effectivePermissions(role, scope);
    return {
      live: { id, userId: createdById, organizationId, role, permissions, rateTier: tierOf(facts.rateTier) },
      secretHash,
      facts: {
        ...facts,
        isMakerSuspended: user.suspendedAt !== null,
        parsedNetworks: facts.networks.flatMap((text) => parseNetwork(text) ?? []),
      },
    };
  }

  private forgetPerson(payload: string): void {
    const change = parseAccessChange(payload);
    // The session registry reports what cannot be read.
    if (change === undefined) this.known.forgetAll();
    else if ('user' in change) this.known.forgetWhere(({ live }) => live.userId === change.user);
  }
}

/** What nobody knows is no reason for more. */
function tierOf(stored: string): RateTier {
  return stored === 'high' ? 'high' : 'standard';
}
