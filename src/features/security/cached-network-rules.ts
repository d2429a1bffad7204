import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { NetworkRules } from '../../platform/access/index.js';
import { DatabaseNotifications, NotifiedCache } from '../../platform/database/index.js';
import { evaluateAddress, toRuleSet, type RuleSet } from './ip-rules.policy.js';
import { IpRulesRepository } from './ip-rules.repository.js';

/** Sent by a trigger, with the id of the organization, in the transaction of the change. */
const CHANNEL = 'networks_changed';

/**
 * The rules of organizations in memory, so that a request costs no query for them. PostgreSQL tells every instance whose
 * rules have changed; while that line is down every request asks the database (fails closed). @control B14.4
 */
@Injectable()
export class CachedNetworkRules extends NetworkRules implements OnApplicationBootstrap {
  private readonly sets: NotifiedCache<RuleSet>;

  constructor(
    private readonly rules: IpRulesRepository,
    private readonly notifications: DatabaseNotifications,
  ) {
    super();
    this.sets = new NotifiedCache(notifications);
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.notifications.listen(CHANNEL, {
      onMessage: (organizationId) => this.forget(organizationId),
      onGap: () => this.sets.forgetAll(),
    });
  }

  override refusalOf(organizationId: string, ip: string): string | undefined | Promise<string | undefined> {
    const set = this.sets.get(organizationId);
    return set === undefined ? this.load(organizationId, ip) : reasonOf(set, ip);
  }

  /** For the instance that changes rules itself: its next request must not wait for the notification. */
  forget(organizationId: string): void {
    this.sets.forget(organizationId);
  }

  private async load(organizationId: string, ip: string): Promise<string | undefined> {
    const read = async () => toRuleSet(await this.rules.list(organizationId));
    return reasonOf(await this.sets.load(organizationId, read), ip);
  }
}

function reasonOf(set: RuleSet, ip: string): string | undefined {
  const verdict = evaluateAddress(set, ip);
  return verdict.allowed ? undefined : verdict.reason;
}
