import type { ApiKeyEnvironment } from '../../platform/access/index.js';
import type { RuntimeConfig } from '../../platform/config/index.js';

/** A key that was made for tests opens nothing in production, and none of production works where people try things out. */
export function environmentOf({ isProduction }: RuntimeConfig): ApiKeyEnvironment {
  return isProduction ? 'live' : 'test';
}
