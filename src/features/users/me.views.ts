import { Field, Shows } from '../../platform/serialization/index.js';

const OWN = 'the own profile';

@Shows('User', 'Membership')
export class MeView {
  @Field() id!: string;
  @Field({ because: OWN }) email!: string;
  @Field({ because: OWN }) displayName!: string;
  @Field() organizationId!: string;
  @Field({ example: 'clinician' }) role!: string;
  @Field({
    example: ['patients:read', 'records:read'],
    description: 'What the caller may do with this token, as `resource:action`.',
  })
  permissions!: string[];
}
