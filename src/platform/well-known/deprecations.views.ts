import { Field } from '../serialization/index.js';

export class DeprecationView {
  @Field() method!: string;
  @Field() path!: string;
  @Field({ format: 'date' }) since!: string;
  @Field({ format: 'date', description: 'From this day on the route answers 410.' }) sunset!: string;
  @Field({ description: 'The path that replaces it.' }) successor!: string;
  @Field({ description: 'What a client has to change.' }) change!: string;
}

export class DeprecationsView {
  @Field({ list: DeprecationView }) items!: readonly DeprecationView[];
}
