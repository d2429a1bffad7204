import { Field } from '../../platform/serialization/index.js';

export class BreakGlassView {
  @Field() id!: string;
  @Field() patientId!: string;
  @Field() expiresAt!: Date;
}
