import { Field } from '../serialization/index.js';

export class ErrorPageView {
  @Field({ example: 'not-found' }) code!: string;
  @Field() status!: number;
  @Field({ example: 'There is no such resource' }) title!: string;
  @Field({ example: 'Check the path and the id.', description: 'What a client should do about it.' }) remedy!: string;
}
