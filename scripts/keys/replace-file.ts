import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';

/**
 * Gives a file another content in one step: who reads it meanwhile gets the old or the new, never a part. Owner and mode
 * stay; the file beside it is never readable for others, and gone when something fails.
 */
export function replaceFile(path: string, content: string): void {
  // A link stays a link, and a rename works only within one file system.
  const target = realpathSync(path);
  const { uid, gid, mode } = statSync(target);
  const beside = `${target}.${randomBytes(4).toString('hex')}`;
  const file = openSync(beside, 'wx', 0o600);
  try {
    try {
      writeFileSync(file, content);
      fchownSync(file, uid, gid);
      fchmodSync(file, mode & 0o777);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(beside, target);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}
