import { closeSync, mkdirSync, openSync, readFileSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../bootstrap/failure.mjs';

const patience = 90_000;
const pause = 50;

/** True while a process with this id exists, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** Blocks until no other process holds the lock file; one whose holder has died is taken over. Returns the release. */
export function lockExclusively(file: string): () => void {
  const deadline = Date.now() + patience;
  while (!tryLock(file)) {
    if (Date.now() > deadline)
      throw new Failure(`Another process holds ${file}: wait for it, or delete the file if there is none.`);
    blockFor(pause);
  }
  return () => rmSync(file, { force: true });
}

/** Sleeps without giving way: for code that must also work while the process exits. */
export function blockFor(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

function tryLock(file: string): boolean {
  try {
    const handle = openSync(file, 'wx', 0o600);
    writeSync(handle, String(process.pid));
    closeSync(handle);
    return true;
  } catch (error) {
    if (!hasCode(error, 'EEXIST'))
      throw new Failure(`${file} cannot be written: does the folder belong to another user?`, { cause: error });
  }
  const holder = readHolder(file);
  // A file without a number is one that is being written at this moment.
  if (holder !== undefined && (holder === process.pid || !isAlive(holder))) rmSync(file, { force: true });
  return false;
}

function readHolder(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    return pid > 0 ? pid : undefined;
  } catch {
    return undefined; // released between our two looks
  }
}

export interface Users {
  leave(): void;
  /** Whether another process that lives does the same. */
  hasOthers(): boolean;
}

/** Notes that this process uses what the folder stands for. */
export function joinUsers(folder: string): Users {
  mkdirSync(folder, { recursive: true });
  const own = join(folder, String(process.pid));
  closeSync(openSync(own, 'w', 0o600));
  return {
    leave: () => rmSync(own, { force: true }),
    hasOthers: () => livingUsers(folder).some((pid) => pid !== process.pid),
  };
}

function livingUsers(folder: string): number[] {
  const users = readdirSync(folder).map(Number);
  for (const pid of users) if (!isAlive(pid)) rmSync(join(folder, String(pid)), { force: true });
  return users.filter(isAlive);
}
