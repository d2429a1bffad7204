import { Field } from '../serialization/index.js';

/** RFC 7517 §4 and RFC 7518 §6.2: the public members of a P-256 key. The private `d` is not among them. */
export class JwkView {
  @Field() kty!: string;
  @Field() crv!: string;
  @Field() x!: string;
  @Field() y!: string;
  @Field() kid!: string;
  @Field() alg!: string;
  @Field() use!: string;
}

export class JwksView {
  @Field({ list: JwkView }) keys!: readonly JwkView[];
}
