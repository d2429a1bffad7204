import { Field } from '../serialization/index.js';

export class LivenessView {
  @Field() status!: string;
}
