import { Field, Shows } from '../../platform/serialization/index.js';

@Shows('BreakGlass')
export class BreakGlassView {
  @Field() id!: string;
  @Field() patientId!: string;
  @Field() expiresAt!: Date;
}
