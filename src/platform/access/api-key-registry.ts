import type { Secret } from '../config/index.js';
import type { RateTier } from './actor.js';
import type { PermissionSet } from './permission.js';

/** What a live key says about its caller at this moment. */
export interface LiveApiKey {
  readonly id: string;
  /** Who made it: the key acts for them. */
  readonly userId: string;
  readonly organizationId: string;
  readonly role: string;
  /** Scopes of the key ∩ what the role of its maker grants now. */
  readonly permissions: PermissionSet;
  readonly rateTier: RateTier;
}

/** Which API keys are live. Implemented by features/api-keys; without that feature every key is refused. */
export abstract class ApiKeyRegistry {
  /** Throws `ApiKeyRefused`. `ip` is the client's address. */
  abstract find(key: Secret<string>, ip: string): Promise<LiveApiKey>;
}
