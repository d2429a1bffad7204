import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * One value for the contents of these files and folders. Content, not times: a fresh checkout changes every time stamp.
 * @param {string[]} paths
 * @param {(path: string) => boolean} [isWanted]
 */
export function fingerprint(paths, isWanted = () => true) {
  const hash = createHash('sha256');
  for (const file of paths.flatMap(filesIn).filter(isWanted))
    hash.update(`${file}\0`).update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

/** @param {string} path @returns {string[]} */
function filesIn(path) {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path)
    .toSorted()
    .flatMap((name) => filesIn(join(path, name)));
}

/** @param {string} marker @param {string} value */
export function isUnchanged(marker, value) {
  return existsSync(marker) && readFileSync(marker, 'utf8') === value;
}

/** @param {string} marker @param {string} value */
export function remember(marker, value) {
  mkdirSync(dirname(marker), { recursive: true });
  writeFileSync(marker, value);
}
