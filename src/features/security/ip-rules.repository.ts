import { Injectable } from '@nestjs/common';
import { newId } from '../../platform/crypto/index.js';
import { Database, type Prisma } from '../../platform/database/index.js';
import { parseNetwork, type Network } from '../../platform/networks/index.js';

const columns = {
  id: true,
  action: true,
  network: true,
  note: true,
  createdById: true,
  createdAt: true,
} as const satisfies Prisma.IpRuleSelect;

type Row = Prisma.IpRuleGetPayload<{ select: typeof columns }>;

export interface IpRule extends Omit<Row, 'network'> {
  readonly network: Network;
}

export type NewIpRule = Pick<IpRule, 'action' | 'network' | 'note' | 'createdById'>;

/** The organization is in every condition. @control A1.4 */
@Injectable()
export class IpRulesRepository {
  constructor(private readonly database: Database) {}

  /** All of them, the oldest first: there are few, see `MAX_RULES`. */
  async list(organizationId: string): Promise<readonly IpRule[]> {
    const rows = await this.database.client.ipRule.findMany({
      where: { organizationId },
      select: columns,
      orderBy: { id: 'asc' },
    });
    return rows.map(toRule);
  }

  /** The same rule once more is a conflict. */
  async add(organizationId: string, { network, ...rule }: NewIpRule): Promise<IpRule> {
    const data = { ...rule, id: newId(), organizationId, network: network.text };
    return toRule(await this.database.client.ipRule.create({ data, select: columns }));
  }

  async remove(organizationId: string, id: string): Promise<void> {
    await this.database.client.ipRule.delete({ where: { id, organizationId }, select: { id: true } });
  }
}

/** A rule that nobody can read must not count as none: the organization is closed until somebody repairs the row. */
function toRule(row: Row): IpRule {
  const network = parseNetwork(row.network);
  if (network === undefined) throw new Error(`IpRule ${row.id} has no network`);
  return { ...row, network };
}
