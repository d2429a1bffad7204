import { OneOf, Text } from '../../platform/validation/index.js';
import { ipRuleActions } from './ip-rules.policy.js';

/** The longest IPv6 spelling with an embedded IPv4, and its prefix length. */
const NETWORK_MAX = 49;

export class IpRuleBody {
  @OneOf(ipRuleActions, { description: 'deny wins; where there is an allow, everything else is denied.' })
  action!: (typeof ipRuleActions)[number];

  @Text({
    max: NETWORK_MAX,
    description: 'An address or CIDR, IPv4 or IPv6. Host bits are cleared.',
    example: '198.51.100.0/24',
  })
  network!: string;

  @Text({ max: 200, example: 'The office', description: 'What the network is, for whoever reads the list.' })
  note!: string;
}
