import { Field } from '../serialization/index.js';

export class DeprecationView {
  @Field({ example: 'GET' }) method!: string;
  @Field({ example: '/v1/patients/:id' }) path!: string;
  @Field({ format: 'date' }) since!: string;
  @Field({ format: 'date', description: 'From this day on the route answers 410.' }) sunset!: string;
  @Field({ example: '/v2/patients/:id', description: 'The path that replaces it.' }) successor!: string;
  @Field({ example: 'A name is one object.', description: 'What a client has to change.' }) change!: string;
}

export class DeprecationsView {
  @Field({ list: DeprecationView }) items!: readonly DeprecationView[];
}
