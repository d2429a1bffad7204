import { z } from 'zod';
import { configSlice, integer } from '../config/index.js';

/** RFC 9068 with short lives: see requirements A13.1 and A13.3. @control A13.1 */
export class TokenConfig extends configSlice('Tokens', {
  TOKEN_ISSUER: z
    .url()
    .default('http://127.0.0.1:3000')
    .describe('`iss` of the access tokens, the same for all instances. Production requires an https URL.'),
  TOKEN_AUDIENCE: z.string().min(1).default('rampart-api').describe('`aud` of the access tokens.'),
  ACCESS_TOKEN_TTL_S: integer('Life of an access token in seconds.', { min: 30, max: 600, default: 300 }),
  SESSION_IDLE_S: integer('A session ends when it is not refreshed for this many seconds.', {
    min: 60,
    max: 86_400,
    default: 3600,
  }),
  REFRESH_GRACE_S: integer(
    'For this many seconds the second use of a refresh token from the same device is refused, but does not end the session.',
    { min: 0, max: 60, default: 10 },
  ),
  SESSION_MAX_AGE_S: integer('A session ends after this many seconds, refreshed or not.', {
    min: 300,
    max: 2_592_000,
    default: 86_400,
  }),
}) {
  static override productionProblems(values: TokenConfig['values']): readonly string[] {
    // RFC 8414 §2: the issuer is an https URL.
    return values.TOKEN_ISSUER.startsWith('https://')
      ? []
      : ['TOKEN_ISSUER: is required in production, as an https URL'];
  }
}
