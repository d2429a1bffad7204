import { Field } from '../serialization/index.js';

export class ErrorPageView {
  @Field() code!: string;
  @Field() status!: number;
  @Field() title!: string;
  @Field({ description: 'What a client should do about it.' }) remedy!: string;
}
