import type { AccessTokenClaims } from './access-token.js';
import type { PermissionSet } from './permission.js';

/** What the state of a session says about its caller at this moment. */
export interface LiveSession {
  readonly userId: string;
  readonly organizationId: string;
  readonly role: string;
  /** None while `mustEnrol`. */
  readonly permissions: PermissionSet;
  readonly isMultiFactor: boolean;
  readonly mustEnrol: boolean;
}

/**
 * Which sessions are live, and with which role: asked on every request, because a token cannot know that its session has
 * been revoked or its person given another role. Implemented by features/sessions.
 */
export abstract class SessionRegistry {
  /** Undefined when the session has ended, the person is suspended, or the membership is gone. */
  abstract find(claims: AccessTokenClaims): LiveSession | undefined | Promise<LiveSession | undefined>;
}
