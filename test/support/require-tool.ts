import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { test } from 'vitest';

/**
 * `test` where this program is installed; elsewhere the tests are reported as skipped, by name. With CI=true they run
 * all the same and fail: there, a check that silently does not happen is worse than a red one.
 *
 *     const withRedis = requireTool('redis-server');
 *     withRedis('shares its counters between two instances', async () => { ... });
 */
export function requireTool(name: string): typeof test | typeof test.skip {
  return isInstalled(name) || process.env['CI'] === 'true' ? test : test.skip;
}

function isInstalled(name: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
