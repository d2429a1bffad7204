import { Injectable } from '@nestjs/common';
import { newApiKey, type Actor } from '../../platform/access/index.js';
import { changesBetween, SecurityEvents } from '../../platform/audit/index.js';
import { RuntimeConfig } from '../../platform/config/index.js';
import { newId } from '../../platform/crypto/index.js';
import { UnitOfWork } from '../../platform/database/index.js';
import { ResourceNotFound, ValidationFailed } from '../../platform/errors/index.js';
import { parseNetwork } from '../../platform/networks/index.js';
import type { Page } from '../../platform/serialization/index.js';
import { Clock } from '../../platform/time/index.js';
import type { PageQuery } from '../../platform/validation/index.js';
import { Notices } from '../users/index.js';
import { environmentOf } from './api-key-environment.js';
import { ApiKeyHasher } from './api-key-hasher.js';
import type { CreateKeyBody } from './api-keys.bodies.js';
import { KeyNotRotatable, ScopeNotHeld } from './api-keys.errors.js';
import { keyMade } from './api-keys.notices.js';
import { daysAfter, remindedFromStart, statusOf, visibleKeys } from './api-keys.policy.js';
import { ApiKeysRepository, type ListedKey } from './api-keys.repository.js';
import { CachedApiKeys } from './cached-api-keys.js';

type Settings = Pick<ListedKey, 'name' | 'scopes' | 'networks' | 'rateTier'> & { readonly lifetimeDays: number };

/** Making, replacing and ending API keys: what people do, never programs. */
@Injectable()
export class ApiKeysService {
  constructor(
    private readonly keys: ApiKeysRepository,
    private readonly hasher: ApiKeyHasher,
    private readonly cache: CachedApiKeys,
    private readonly notices: Notices,
    private readonly events: SecurityEvents,
    private readonly work: UnitOfWork,
    private readonly runtime: RuntimeConfig,
    private readonly clock: Clock,
  ) {}

  async list(actor: Actor, query: PageQuery): Promise<Page<object>> {
    const now = this.clock.now();
    const { items, nextCursor } = await this.keys.list(visibleKeys(actor), query);
    return { items: items.map((key) => ({ ...key, status: statusOf(key, now) })), nextCursor };
  }

  /** Throws `ScopeNotHeld`: a key never begins with more than its maker has. @control A4.2 */
  async create(actor: Actor, { expiresInDays, networks, ...body }: CreateKeyBody) {
    const held: ReadonlySet<string> = actor.permissions;
    const missing = body.scopes.find((scope) => !held.has(scope));
    if (missing !== undefined) throw new ScopeNotHeld(missing);
    const settings = { ...body, networks: canonicalNetworks(networks), lifetimeDays: expiresInDays };
    return this.work.run(() => this.make(actor, settings));
  }

  /**
   * A new key with the settings of an own one, for as long; the old one lives on until the overlap is over. Owners cannot
   * replace keys of others: they would hold what acts for somebody else. Throws `KeyNotRotatable`. @control A4.3
   */
  async rotate(actor: Actor, id: string, overlapHours: number) {
    const now = this.clock.now();
    const old = await this.keys.find({ ...visibleKeys(actor), createdById: personOf(actor) }, id);
    if (old === undefined) throw new ResourceNotFound();
    const status = statusOf(old, now);
    if (status !== 'active') throw new KeyNotRotatable(status);
    const overlapEnd = daysAfter(now, overlapHours / 24);
    const end = overlapEnd < old.expiresAt ? overlapEnd : old.expiresAt;
    const lifetimeDays = (old.expiresAt.getTime() - old.createdAt.getTime()) / 86_400_000;
    const made = await this.work.run(async () => {
      if (!(await this.keys.shorten(id, end))) throw new KeyNotRotatable('has-successor');
      const changes = changesBetween({ expiresAt: old.expiresAt }, { expiresAt: end }, ['expiresAt']);
      await this.events.record({ name: 'authn_token_revoked', reason: 'rotated', target: targetOf(id), changes });
      return this.make(actor, { ...old, lifetimeDays });
    });
    this.cache.forget(old.keyId);
    return made;
  }

  /** @control A4.4 */
  async revoke(actor: Actor, id: string): Promise<void> {
    await this.work.run(async () => {
      const keyId = await this.keys.revoke(visibleKeys(actor), id, this.clock.now());
      if (keyId === undefined) throw new ResourceNotFound();
      await this.events.record({ name: 'authn_token_revoked', target: targetOf(id) });
      this.work.afterCommit(() => this.cache.forget(keyId));
    });
  }

  private async make(actor: Actor, { name, scopes, networks, rateTier, lifetimeDays }: Settings) {
    const now = this.clock.now();
    const createdById = personOf(actor);
    const { keyId, key } = newApiKey(environmentOf(this.runtime));
    const row = await this.keys.add({
      id: newId(),
      organizationId: actor.organizationId,
      createdById,
      keyId,
      secretHash: this.hasher.hash(key),
      name,
      scopes,
      networks,
      rateTier,
      createdAt: now,
      expiresAt: daysAfter(now, lifetimeDays),
      remindedAtDays: remindedFromStart(lifetimeDays),
    });
    const changes = changesBetween({}, { scopes, networks, expiresAt: row.expiresAt }, [
      'scopes',
      'networks',
      'expiresAt',
    ]);
    await this.events.record({ name: 'authn_token_created', target: targetOf(row.id), changes });
    await this.notices.tell(createdById, keyMade(keyId));
    return { ...row, status: statusOf(row, now), key: key.reveal() };
  }
}

function targetOf(id: string) {
  return { type: 'api-key', ids: [id] };
}

function personOf({ userId }: Actor): string {
  if (userId === undefined) throw new ResourceNotFound();
  return userId;
}

/** Throws `ValidationFailed`: a list with one network that is none would let in fewer, or more, than was meant. */
function canonicalNetworks(networks: readonly string[]): string[] {
  const parsed = networks.map((text) => parseNetwork(text)?.text);
  const fields = parsed.flatMap((text, index) =>
    text === undefined
      ? [{ pointer: `#/networks/${index}`, code: 'is-network', message: 'must be a network such as 198.51.100.0/24' }]
      : [],
  );
  if (fields.length > 0) throw new ValidationFailed(fields);
  return [...new Set(parsed.flatMap((text) => text ?? []))];
}
