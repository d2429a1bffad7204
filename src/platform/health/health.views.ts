import { Field } from '../serialization/index.js';

export class LivenessView {
  @Field({ example: 'ok' }) status!: string;
}
