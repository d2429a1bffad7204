import { Field } from '../../platform/serialization/index.js';

export class MeView {
  @Field() id!: string;
  @Field() email!: string;
  @Field() displayName!: string;
  @Field() organizationId!: string;
  @Field() role!: string;
  @Field({ description: 'What the caller may do with this token, as `resource:action`.' }) permissions!: string[];
}
