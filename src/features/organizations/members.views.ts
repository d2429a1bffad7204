import { Field, Shows } from '../../platform/serialization/index.js';
import { roleNames } from './assignable-roles.js';

/** The route takes `members:read`. */
const COLLEAGUES = 'whoever manages the members has to know who they are';

@Shows('Membership', 'User')
export class MemberView {
  @Field() userId!: string;
  @Field({ because: COLLEAGUES }) email!: string;
  @Field({ because: COLLEAGUES }) displayName!: string;
  @Field({ enum: roleNames }) role!: string;
  @Field() joinedAt!: Date;
  @Field({ description: 'One owner has asked that they become owner; another one has to ask the same.' })
  isOwnerProposed!: boolean;
}
