import { Field } from '../serialization/index.js';

/** RFC 7517 §4 and RFC 7518 §6.2: the public members of a P-256 key. The private `d` is not among them. */
export class JwkView {
  @Field({ example: 'EC' }) kty!: string;
  @Field({ example: 'P-256' }) crv!: string;
  @Field({ example: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4' }) x!: string;
  @Field({ example: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM' }) y!: string;
  @Field({ example: '2026-11' }) kid!: string;
  @Field({ example: 'ES256' }) alg!: string;
  @Field({ example: 'sig' }) use!: string;
}

export class JwksView {
  @Field({ list: JwkView }) keys!: readonly JwkView[];
}
