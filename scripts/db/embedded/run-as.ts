import { spawnSync } from 'node:child_process';
import { accessSync, chownSync, constants, readFileSync, statSync } from 'node:fs';
import { Failure } from '../../bootstrap/failure.mjs';
import type { Binaries } from './binaries.ts';

/**
 * PostgreSQL refuses to run as root, so as root we run it as an unprivileged user that already exists. That user may be
 * unable to enter the folder of the clone (0700, /root, `mktemp -d`); then it gets the capability to read past
 * directory permissions, and to run files past them only where that is not enough.
 */
export interface ServerUser {
  run(file: string, args: string[]): { status: number | null; stderr: string };
  /** Gives a file or folder to the user that the server runs as. */
  own(path: string): void;
}

interface Account {
  uid: number;
  gid: number;
}

const candidates = ['postgres', 'nobody'];
const capabilitySets = [[], ['dac_read_search'], ['dac_read_search', 'dac_override']];

export function chooseServerUser(binaries: Binaries, folder: string): ServerUser {
  const ownUid = process.getuid?.();
  const owner = statSync(folder);
  if (ownUid !== 0) {
    if (ownUid === undefined || ownUid === owner.uid) return serverUser();
    throw new Failure(
      `${folder} belongs to another user: run this as that user, or delete the folder to start with an empty database.`,
    );
  }
  // A folder that an ordinary user made earlier stays with that user.
  const account = owner.uid === 0 ? findAccount() : { uid: owner.uid, gid: owner.gid };
  if (isHandedOver(folder, account)) {
    for (const capabilities of capabilitySets) {
      const user = serverUser(account, capabilities);
      if (isAbleToRun(user, binaries, folder)) return user;
    }
  }
  throw new Failure(
    'PostgreSQL does not run as root, and here it cannot be run as another user either: run this as an ordinary user, clone into a folder that others may enter, or set DATABASE_URL.',
  );
}

/** False in a container whose root may neither give files away nor enter other users' folders. */
function isHandedOver(folder: string, { uid, gid }: Account): boolean {
  try {
    chownSync(folder, uid, gid);
    accessSync(folder, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function serverUser(account?: Account, capabilities: string[] = []): ServerUser {
  // Nothing of PG* or of our own secrets reaches the server; "/" is a folder that every user may be in.
  const options = {
    env: {
      PATH: process.env['PATH'] ?? '/usr/bin:/bin',
      LC_ALL: 'C',
      TMPDIR: '/tmp',
      SystemRoot: process.env['SystemRoot'],
    },
    cwd: '/',
  };
  const asUser = account !== undefined && capabilities.length === 0 ? { ...options, ...account } : options;
  const prefix = account !== undefined && capabilities.length > 0 ? setpriv(account, capabilities) : [];
  const commandOf = (file: string, args: string[]): [string, string[]] => {
    const [first = file, ...rest] = [...prefix, file, ...args];
    return [first, rest];
  };
  return {
    run: (file, args) => spawnSync(...commandOf(file, args), { ...asUser, encoding: 'utf8' }),
    own: (path) => {
      if (account !== undefined) chownSync(path, account.uid, account.gid);
    },
  };
}

function setpriv({ uid, gid }: Account, capabilities: string[]): string[] {
  const added = capabilities.map((name) => `+${name}`).join(',');
  // Without the secure bit, access(2) ignores the capabilities, and by access(2) PostgreSQL looks for its own binaries.
  const drop = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--securebits=+no_setuid_fixup'];
  return ['setpriv', ...drop, `--inh-caps=${added}`, `--ambient-caps=${added}`, '--'];
}

function isAbleToRun(user: ServerUser, binaries: Binaries, folder: string): boolean {
  // Unlike --version, this fails when the server cannot locate itself.
  if (user.run(binaries.postgres, ['--describe-config']).status !== 0) return false;
  const probe = 'test -r "$1" && test -x "$2" && test -x "$3" && cd "$4" && test -w .';
  return (
    user.run('/bin/sh', ['-c', probe, 'probe', binaries.sharedFile, binaries.initdb, binaries.pgCtl, folder]).status ===
    0
  );
}

function findAccount(): Account {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of candidates) {
    const [, , uid, gid] = lines.find((line) => line.startsWith(`${name}:`))?.split(':') ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Failure(
    'PostgreSQL does not run as root, and this system has neither a "postgres" nor a "nobody" user: run this as an ordinary user, or set DATABASE_URL.',
  );
}
