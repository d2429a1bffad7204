import { Field, Shows } from '../../platform/serialization/index.js';

const NEW = { dataClass: 'secret', because: 'made for whoever gets this answer' } as const;
const OWN = 'the own sessions';

/** RFC 6749 §5.1, in the spelling of this API. Times are seconds from now. */
export class AccessTokenView {
  @Field({ example: 'Bearer', description: 'Always `Bearer` (RFC 6750).' }) tokenType!: string;
  @Field({ example: 'eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9...', description: 'ES256 `at+jwt` (RFC 9068).', ...NEW })
  accessToken!: string;
  @Field() expiresIn!: number;
}

export class SessionTokensView extends AccessTokenView {
  @Field({ description: 'Works once: each refresh gives a new one.', ...NEW }) refreshToken!: string;
  @Field() refreshExpiresIn!: number;
}

@Shows('Session')
export class SessionView {
  @Field() id!: string;
  @Field() organizationId!: string;
  @Field({ example: 'Firefox on Linux', description: 'What the client says it is: `Firefox on Linux`.', because: OWN })
  deviceLabel!: string;
  @Field({ example: '198.51.100.7', description: 'Client address of the last use.', because: OWN }) ip!: string;
  @Field({ description: 'Whether this is the session of the request.' }) isCurrent!: boolean;
  @Field() createdAt!: Date;
  @Field({ description: 'Sign-in or last refresh.' }) lastSeenAt!: Date;
  @Field() expiresAt!: Date;
}
