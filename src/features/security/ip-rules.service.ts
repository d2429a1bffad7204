import { Injectable } from '@nestjs/common';
import { personOf, type Actor } from '../../platform/access/index.js';
import { changesBetween, SecurityEvents, type Changes } from '../../platform/audit/index.js';
import { UnitOfWork } from '../../platform/database/index.js';
import { AppError, ResourceNotFound, ValidationFailed } from '../../platform/errors/index.js';
import { parseNetwork } from '../../platform/networks/index.js';
import type { Page } from '../../platform/serialization/index.js';
import { OrganizationsRepository } from '../organizations/index.js';
import { CachedNetworkRules } from './cached-network-rules.js';
import type { IpRuleBody } from './ip-rules.bodies.js';
import { evaluateAddress, toRuleSet } from './ip-rules.policy.js';
import { IpRulesRepository, type IpRule, type NewIpRule } from './ip-rules.repository.js';
import type { IpRuleView } from './ip-rules.views.js';

/** All of an organization's rules are in the memory of every instance, and each is compared on every request. */
const MAX_RULES = 100;

class TooManyRules extends AppError {
  constructor() {
    super('conflict', { context: { reason: 'too-many-rules' } });
  }
}

/** The change would shut out the one who makes it. */
class OwnAddressLockedOut extends AppError {
  constructor() {
    super('conflict', { context: { reason: 'own-address-locked-out' } });
  }
}

/** From where the caller's organization may be used. @control B14.1 */
@Injectable()
export class IpRulesService {
  constructor(
    private readonly rules: IpRulesRepository,
    private readonly organizations: OrganizationsRepository,
    private readonly cache: CachedNetworkRules,
    private readonly events: SecurityEvents,
    private readonly work: UnitOfWork,
  ) {}

  async list({ organizationId }: Actor): Promise<Page<IpRuleView>> {
    const rules = await this.rules.list(organizationId);
    return { items: rules.map(toView), nextCursor: null };
  }

  /** Throws `ValidationFailed`, `TooManyRules` and `OwnAddressLockedOut`; a rule that is there already is a conflict. */
  async add(actor: Actor, { action, network: text, note }: IpRuleBody): Promise<IpRuleView> {
    const network = parseNetwork(text);
    if (network === undefined) throw notANetwork();
    const rule: NewIpRule = { action, network, note, createdById: personOf(actor) };
    const added = await this.change(actor, async (rules) => {
      if (rules.length >= MAX_RULES) throw new TooManyRules();
      refuseLockOut(actor, [...rules, rule]);
      const row = await this.rules.add(actor.organizationId, rule);
      await this.record('network-rule-added', row, changesBetween({}, factsOf(row), SHOWN));
      return row;
    });
    return toView(added);
  }

  /** Throws `ResourceNotFound` and `OwnAddressLockedOut`. */
  async remove(actor: Actor, id: string): Promise<void> {
    await this.change(actor, async (rules) => {
      const rule = rules.find((one) => one.id === id);
      if (rule === undefined) throw new ResourceNotFound();
      refuseLockOut(
        actor,
        rules.filter((one) => one !== rule),
      );
      await this.rules.remove(actor.organizationId, id);
      await this.record('network-rule-removed', rule, changesBetween(factsOf(rule), NO_FACTS, SHOWN));
      return rule;
    });
  }

  /** One change after the other: two that are harmless alone may lock out together. @control A7.4 */
  private change({ organizationId }: Actor, act: (rules: readonly IpRule[]) => Promise<IpRule>): Promise<IpRule> {
    return this.work.run(async () => {
      await this.organizations.lock(organizationId);
      const rule = await act(await this.rules.list(organizationId));
      this.work.afterCommit(() => this.cache.forget(organizationId));
      return rule;
    });
  }

  private async record(reason: string, { id }: IpRule, changes: Changes): Promise<void> {
    await this.events.record({ name: 'authz_change', reason, target: { type: 'ip-rule', ids: [id] }, changes });
  }
}

/** The note is somebody's text, and stays out of the trail. */
const SHOWN = ['action', 'network'];
const NO_FACTS = { action: null, network: null };

function factsOf({ action, network }: IpRule) {
  return { action, network: network.text };
}

/** Who makes a change can still undo it: the last owner cannot lock the organization out. @control B14.4 */
function refuseLockOut({ ip }: Actor, rules: Parameters<typeof toRuleSet>[0]): void {
  if (!evaluateAddress(toRuleSet(rules), ip).allowed) throw new OwnAddressLockedOut();
}

function notANetwork(): ValidationFailed {
  const message = 'network must be an IP address or a network such as 10.0.0.0/8, and not everybody';
  return new ValidationFailed([{ pointer: '#/network', code: 'is-network', message }]);
}

function toView({ network, ...rule }: IpRule): IpRuleView {
  return { ...rule, network: network.text };
}
