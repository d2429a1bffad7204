import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from './failure.mjs';

/** The first version that runs our TypeScript and loads WebAssembly modules without flags. */
const oldest = /** @type {const} */ ([24, 5]);

/** The Node that runs everything after the installation: the one from the lockfile, else the host's if it is new enough. */
export function findNode24() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const packaged = join(
    'node_modules',
    `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`,
    'bin',
    name,
  );
  for (const candidate of [packaged, process.env['npm_node_execpath'] ?? process.execPath]) {
    if (existsSync(candidate) && isNewEnough(candidate)) return candidate;
  }
  throw new Failure(
    `No Node ${oldest.join('.')} comes packaged for ${process.platform} ${process.arch}: install Node 24 and run it again.`,
  );
}

/** @param {string} file */
function isNewEnough(file) {
  const { stdout } = spawnSync(file, ['--version'], { encoding: 'utf8' });
  const [major = 0, minor = 0] = (stdout ?? '').replace('v', '').split('.').map(Number);
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
}
