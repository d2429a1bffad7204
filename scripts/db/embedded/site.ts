import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../bootstrap/failure.mjs';
import { type Binaries, findBinaries } from './binaries.ts';
import { newCredentials, writePrivately } from './credentials.ts';
import { type ServerUser, chooseServerUser } from './run-as.ts';

/** Where a cluster lives, and what runs it as whom. */
export interface Site {
  data: string;
  log: string;
  lock: string;
  binaries: Binaries;
  user: ServerUser;
}

/** Finds the cluster of this folder, or makes it. The caller holds the lock. */
export function prepareSite(root: string, lock: string): Site {
  const binaries = findBinaries();
  const data = join(root, 'postgres');
  const log = join(root, 'postgres.log');
  closeSync(openSync(log, 'a', 0o600));
  if (existsSync(data)) {
    const user = chooseServerUser(binaries, data);
    user.own(log);
    return { data, log, lock, binaries, user };
  }
  const draft = `${data}.new`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  const user = chooseServerUser(binaries, draft);
  user.own(log);
  initialise(draft, binaries, user);
  // The folder gets its name when it is complete, so a start that was interrupted half-way begins anew.
  renameSync(draft, data);
  return { data, log, lock, binaries, user };
}

function initialise(folder: string, { initdb }: Binaries, user: ServerUser): void {
  const credentials = newCredentials();
  const passwordFile = `${folder}.password`;
  writeFileSync(passwordFile, credentials.postgres, { mode: 0o600 });
  try {
    user.own(passwordFile);
    const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
    const access = ['--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
    const { status, stderr } = user.run(initdb, [`--pgdata=${folder}`, '--no-instructions', ...locale, ...access]);
    if (status !== 0)
      throw new Failure(
        `The embedded PostgreSQL could not be created: ${stderr.trim() || `initdb ended with ${status}`}`,
      );
  } finally {
    rmSync(passwordFile, { force: true });
  }
  writePrivately(join(folder, 'credentials.json'), JSON.stringify(credentials));
}
