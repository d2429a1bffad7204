import { Field } from '../../platform/serialization/index.js';
import { roleNames } from './assignable-roles.js';

export class MemberView {
  @Field() userId!: string;
  @Field() email!: string;
  @Field() displayName!: string;
  @Field({ enum: roleNames }) role!: string;
  @Field() joinedAt!: Date;
  @Field({ description: 'One owner has asked that they become owner; another one has to ask the same.' })
  isOwnerProposed!: boolean;
}
