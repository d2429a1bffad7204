import { Field } from '../../platform/serialization/index.js';

const NEW = { dataClass: 'secret', because: 'made for whoever gets this answer' } as const;

/** Either the tokens of a session, or, for people with a second factor, the challenge that asks for it. */
export class LoginView {
  @Field({ optional: true, description: 'Always `Bearer` (RFC 6750).' }) tokenType?: string;
  @Field({ ...NEW, optional: true, description: 'ES256 `at+jwt` (RFC 9068).' }) accessToken?: string;
  @Field({ description: 'Seconds that the access token, or the challenge, is good for.' }) expiresIn!: number;
  @Field({ ...NEW, optional: true, description: 'Works once: each refresh gives a new one.' }) refreshToken?: string;
  @Field({ optional: true }) refreshExpiresIn?: number;
  @Field({ example: true, optional: true, description: 'True in a challenge; absent otherwise.' })
  mfaRequired?: boolean;
  @Field({
    example: 'mFq3XbXzT0mQm0dV6Yk1l2dYt3oVb8eJ5aN7cR9uW4s',
    ...NEW,
    optional: true,
    description: 'For POST /v1/auth/mfa and nothing else.',
  })
  challengeToken?: string;
  @Field({
    example: ['totp', 'recovery_code'],
    optional: true,
    description: '`totp`, `recovery_code`: POST /v1/auth/mfa. `passkey`: POST /v1/auth/passkey/options.',
  })
  methods?: string[];
}
