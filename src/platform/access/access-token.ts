import { z } from 'zod';

/** `typ` of an access token (RFC 9068 §2.1): an ID token or any other JWT of ours is refused by it. */
export const ACCESS_TOKEN_TYPE = 'at+jwt';

/** The first-party client that people sign in with. */
export const FIRST_PARTY_CLIENT = 'rampart-first-party';

/** The scope of a first-party session: whatever the role grants at the moment of the call. */
export const FULL_SCOPE = 'all';

/** Room for clocks that differ, in seconds. @control A13.2 */
export const CLOCK_TOLERANCE_S = 5;

const numericDate = z.int().nonnegative();

const claimsSchema = z.object({
  iss: z.string(),
  sub: z.uuid(),
  aud: z.string(),
  exp: numericDate,
  iat: numericDate,
  nbf: numericDate,
  jti: z.uuid(),
  sid: z.uuid(),
  org: z.uuid(),
  scope: z.string(),
  client_id: z.string(),
  auth_time: numericDate,
  amr: z.array(z.string()).readonly(),
});

/** Claims of an access token (RFC 9068 §2.2). No role, no personal data: those are looked up and may change at once. */
export type AccessTokenClaims = Readonly<z.output<typeof claimsSchema>>;

const verifiedToken = z.object({
  // RFC 8725 §3.10 and RFC 7515 §4.1: no header parameter that brings or names a key, none that must be understood.
  header: z.strictObject({ typ: z.literal(ACCESS_TOKEN_TYPE), alg: z.literal('ES256'), kid: z.string() }),
  payload: claimsSchema,
});

export type TokenVerdict =
  | { readonly accepted: true; readonly claims: AccessTokenClaims }
  | { readonly accepted: false; readonly reason: 'wrong-header' | 'wrong-claims' | 'expired' | 'not-yet-valid' };

/**
 * What is left to check after the signature, `alg`, `iss` and `aud`: the header is exactly ours, no claim is missing or of
 * another type, and now is within its time (RFC 9068 §4). `now` is in seconds since the epoch. @control B13.1 A13.2
 */
export function evaluateAccessToken(token: unknown, now: number): TokenVerdict {
  const parsed = verifiedToken.safeParse(token);
  if (!parsed.success) {
    return { accepted: false, reason: parsed.error.issues[0]?.path[0] === 'header' ? 'wrong-header' : 'wrong-claims' };
  }
  const claims = parsed.data.payload;
  if (hasExpired(claims, now)) return { accepted: false, reason: 'expired' };
  if (Math.max(claims.iat, claims.nbf) > now + CLOCK_TOLERANCE_S) return { accepted: false, reason: 'not-yet-valid' };
  return { accepted: true, claims };
}

export function hasExpired(claims: Pick<AccessTokenClaims, 'exp'>, now: number): boolean {
  return now >= claims.exp + CLOCK_TOLERANCE_S;
}
