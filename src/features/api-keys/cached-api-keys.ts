import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import {
  ApiKeyRefused,
  ApiKeyRegistry,
  parseApiKey,
  RoleTable,
  type LiveApiKey,
  type RateTier,
} from '../../platform/access/index.js';
import { RuntimeConfig, type Secret } from '../../platform/config/index.js';
import { DatabaseNotifications } from '../../platform/database/index.js';
import { parseNetwork } from '../../platform/networks/index.js';
import { Metrics } from '../../platform/telemetry/index.js';
import { Clock } from '../../platform/time/index.js';
import { environmentOf } from './api-key-environment.js';
import { ApiKeyHasher } from './api-key-hasher.js';
import { ApiKeyUses } from './api-key-uses.js';
import { evaluateKey, openScopes, type KeyFacts } from './api-keys.policy.js';
import { ApiKeysRepository, type KeyState } from './api-keys.repository.js';

/** Sent by triggers, in the transaction of the change: the public part of a key; a session, a membership or a person. */
const KEY_CHANNEL = 'api_key_changed';
const ACCESS_CHANNEL = 'access_changed';
const MAX_KEYS = 10_000;

const personChanged = z
  .string()
  .transform(parseJson)
  .pipe(z.object({ user: z.uuid() }));
const sessionChanged = z
  .string()
  .transform(parseJson)
  .pipe(z.object({ session: z.uuid() }));

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
  private readonly known = new LRUCache<string, KnownKey>({ max: MAX_KEYS });
  /** Grows with every change: a key that was read across a change is not kept. */
  private generation = 0;
  private misses = 0;

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
    metrics.watchCache('api-keys', () => ({ size: this.known.size, misses: this.misses }));
  }

  async onApplicationBootstrap(): Promise<void> {
    const onGap = () => this.forgetAll();
    await this.notifications.listen(KEY_CHANNEL, { onMessage: (keyId) => this.forget(keyId), onGap });
    await this.notifications.listen(ACCESS_CHANNEL, { onMessage: (change) => this.forgetPerson(change), onGap });
  }

  override async find(key: Secret<string>, ip: string): Promise<LiveApiKey> {
    const parts = parseApiKey(key);
    if (parts === undefined) throw new ApiKeyRefused({ reason: 'malformed-credential' });
    const { environment, keyId } = parts;
    if (environment !== environmentOf(this.runtime)) throw new ApiKeyRefused({ reason: 'wrong-environment', keyId });
    const remembered = this.notifications.isListening ? this.known.get(keyId) : undefined;
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
    this.generation += 1;
    this.known.delete(keyId);
  }

  private judge(known: KnownKey | undefined, key: Secret<string>, ip: string) {
    const isSecretRight = this.hasher.matches(key, known?.secretHash);
    if (known === undefined) return { allowed: false as const, reason: 'unknown-key' as const };
    return evaluateKey({ ...known.facts, isSecretRight }, ip, this.clock.now());
  }

  private async load(keyId: string): Promise<KnownKey | undefined> {
    const { generation } = this;
    this.misses += 1;
    const state = await this.keys.findState(keyId);
    if (state === undefined) return undefined;
    const known = this.describe(state);
    if (this.notifications.isListening && generation === this.generation) this.known.set(keyId, known);
    return known;
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

  private forgetPerson(change: string): void {
    if (sessionChanged.safeParse(change).success) return;
    const person = personChanged.safeParse(change);
    // The session registry reports what cannot be read.
    if (!person.success) return this.forgetAll();
    for (const [keyId, { live }] of this.known.entries()) {
      if (live.userId === person.data.user) this.known.delete(keyId);
    }
    this.generation += 1;
  }

  private forgetAll(): void {
    this.generation += 1;
    this.known.clear();
  }
}

/** What nobody knows is no reason for more. */
function tierOf(stored: string): RateTier {
  return stored === 'high' ? 'high' : 'standard';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is not JSON is treated like any other unreadable message.
    return undefined;
  }
}
