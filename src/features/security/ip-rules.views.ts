import { Field, Shows } from '../../platform/serialization/index.js';
import { ipRuleActions } from './ip-rules.policy.js';

@Shows('IpRule')
export class IpRuleView {
  @Field() id!: string;
  @Field({ enum: ipRuleActions }) action!: string;
  @Field({ description: 'CIDR, in canonical form.' }) network!: string;
  @Field() note!: string;
  @Field() createdById!: string;
  @Field() createdAt!: Date;
}
