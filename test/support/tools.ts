import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * Whether a test must be skipped because a program that it talks to is not installed; the run then reports it by name.
 * With CI=true it is not skipped and fails: there, a check that silently does not happen is worse than a red one.
 *
 *     it.skipIf(lacksTool('redis-server'))('shares its counters between two instances', async () => { ... });
 */
export function lacksTool(name: string): boolean {
  return !isInstalled(name) && process.env['CI'] !== 'true';
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
