import type { PermissionSet } from './permission.js';

/** How much a caller may ask for: keys may have more (platform/throttling). */
export type RateTier = 'standard' | 'high';

/** Who is calling: one type for people, API keys and OAuth clients. @control B3.1 */
export interface Actor {
  readonly kind: 'user' | 'api-key' | 'client';
  readonly id: string;
  /** The person behind the call, when there is one. */
  readonly userId?: string;
  readonly organizationId: string;
  readonly role?: string;
  /** What the role grants and the credential's scope does not withhold. */
  readonly permissions: PermissionSet;
  readonly sessionId?: string;
  /** The session was opened, or upgraded, with a second factor. */
  readonly isSessionMultiFactor: boolean;
  /** The role asks for a second factor that the session lacks: nothing but enrolment is open (A1.2). */
  readonly mustEnrol: boolean;
  /** When the caller last proved who they are, in seconds since the epoch (OIDC Core §2, `auth_time`). */
  readonly authTime: number;
  /** How (RFC 8176). */
  readonly amr: readonly string[];
  /** Of an API key; everybody else is standard. */
  readonly rateTier?: RateTier;
  /** Client address, as TRUSTED_PROXIES derives it. */
  readonly ip: string;
}

/** Who did it, where a person is written down or asked for: an API key acts for the member who made it. */
export function personOf({ userId, id }: Actor): string {
  return userId ?? id;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the authentication guard; absent on public routes. */
    actor: Actor | undefined;
  }
}
