import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { NetworkRules } from '../../platform/access/index.js';
import { DatabaseNotifications } from '../../platform/database/index.js';
import { evaluateAddress, toRuleSet, type RuleSet } from './ip-rules.policy.js';
import { IpRulesRepository } from './ip-rules.repository.js';

/** Sent by a trigger, with the id of the organization, in the transaction of the change. */
const CHANNEL = 'networks_changed';
const MAX_ORGANIZATIONS = 10_000;

/**
 * The rules of organizations in memory, so that a request costs no query for them. PostgreSQL tells every instance whose
 * rules have changed; while that line is down every request asks the database (fails closed). @control B14.4
 */
@Injectable()
export class CachedNetworkRules extends NetworkRules implements OnApplicationBootstrap {
  private readonly sets = new LRUCache<string, RuleSet>({ max: MAX_ORGANIZATIONS });
  /** Grows with every change: rules that were read across a change are not kept. */
  private generation = 0;

  constructor(
    private readonly rules: IpRulesRepository,
    private readonly notifications: DatabaseNotifications,
  ) {
    super();
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.notifications.listen(CHANNEL, {
      onMessage: (organizationId) => this.forget(organizationId),
      onGap: () => this.forgetAll(),
    });
  }

  override refusalOf(organizationId: string, ip: string): string | undefined | Promise<string | undefined> {
    const set = this.notifications.isListening ? this.sets.get(organizationId) : undefined;
    return set === undefined ? this.load(organizationId, ip) : reasonOf(set, ip);
  }

  /** For the instance that changes rules itself: its next request must not wait for the notification. */
  forget(organizationId: string): void {
    this.generation += 1;
    this.sets.delete(organizationId);
  }

  private async load(organizationId: string, ip: string): Promise<string | undefined> {
    const { generation } = this;
    const set = toRuleSet(await this.rules.list(organizationId));
    if (this.notifications.isListening && generation === this.generation) this.sets.set(organizationId, set);
    return reasonOf(set, ip);
  }

  private forgetAll(): void {
    this.generation += 1;
    this.sets.clear();
  }
}

function reasonOf(set: RuleSet, ip: string): string | undefined {
  const verdict = evaluateAddress(set, ip);
  return verdict.allowed ? undefined : verdict.reason;
}
