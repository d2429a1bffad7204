import { Field } from '../../platform/serialization/index.js';

/** RFC 6749 §5.1, in the spelling of this API. Times are seconds from now. */
export class SessionTokensView {
  @Field({ description: 'Always `Bearer` (RFC 6750).' }) tokenType!: string;
  @Field({ description: 'ES256 `at+jwt` (RFC 9068).' }) accessToken!: string;
  @Field() expiresIn!: number;
  @Field({ description: 'Works once: each refresh gives a new one.' }) refreshToken!: string;
  @Field() refreshExpiresIn!: number;
}
