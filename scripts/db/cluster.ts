import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Failure } from '../bootstrap/failure.mjs';
import { type Credentials, type LoginRole, readCredentials, urlFor, writePrivately } from './embedded/credentials.ts';
import { type Users, blockFor, joinUsers, lockExclusively } from './embedded/exclusive.ts';
import { choosePort, findRunningPort } from './embedded/postmaster.ts';
import { ensureRoles } from './embedded/roles.ts';
import { type Site, prepareSite } from './embedded/site.ts';

export interface ClusterOptions {
  /** Holds postgres/ (data and passwords), postgres.log and database.env. */
  dir: string;
  /** false trades crash safety for speed: tests only. */
  durable: boolean;
}

export interface Cluster {
  /** False when the server was running already. */
  startedHere: boolean;
  ownerUrl(database: string): string;
  serverUrl(database: string): string;
  superuserUrl(database: string): string;
  /** Leaves the server to another process that still uses it. */
  stop(): void;
}

/**
 * Starts the embedded PostgreSQL of this folder, or joins the one that runs there. Creates it the first time. The end of
 * this process stops it, however it comes about, unless another process uses it or SIGKILL leaves no time.
 */
export async function startCluster({ dir, durable }: ClusterOptions): Promise<Cluster> {
  const root = resolve(dir);
  mkdirSync(root, { recursive: true });
  const lock = join(root, 'postgres.lock');
  const release = lockExclusively(lock);
  try {
    const site = prepareSite(root, lock);
    const known = readCredentials(join(site.data, 'credentials.json'));
    const runningPort = await findRunningPort(site.data, known);
    const credentials = { ...known, port: runningPort ?? (await choosePort(known.port)) };
    const stop = stopAtExit(site, joinUsers(join(root, 'postgres.users')));
    if (runningPort === undefined) launch(site, credentials.port, durable);
    await ensureRoles(credentials);
    publish(root, site, credentials);
    const urlOf = (role: LoginRole) => (database: string) => urlFor(credentials, role, database);
    return {
      startedHere: runningPort === undefined,
      ownerUrl: urlOf('rampart_owner'),
      serverUrl: urlOf('rampart_server'),
      superuserUrl: urlOf('postgres'),
      stop,
    };
  } finally {
    release();
  }
}

function stopAtExit(site: Site, users: Users): () => void {
  const stop = (): void => {
    process.off('exit', stop);
    stopUnlessUsed(site, users);
  };
  process.on('exit', stop);
  return stop;
}

const speedOverSafety = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'];

/**
 * pg_ctl puts the server into a session of its own: Ctrl-C in a terminal reaches our process first, which then stops it.
 * Synchronous, so that a signal is handled before or after, never between the start and our knowing of it.
 */
function launch({ data, log, binaries, user }: Site, port: number, durable: boolean): void {
  const fixed = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'timezone=UTC', 'log_timezone=UTC'];
  const settings = [`port=${port}`, ...fixed, ...(durable ? [] : speedOverSafety)].map((setting) => `-c ${setting}`);
  const where = [`--pgdata=${data}`, `--log=${log}`, `--options=${settings.join(' ')}`];
  // The first try may still find the last processes of a server that was killed.
  for (const pause of [500, 1000, 0]) {
    if (user.run(binaries.pgCtl, ['start', '--wait', '--silent', ...where]).status === 0) return;
    blockFor(pause);
  }
  throw new Failure(`The embedded PostgreSQL did not start; its log ${log} says why.`);
}

function publish(root: string, { data, user }: Site, credentials: Credentials): void {
  const file = join(data, 'credentials.json');
  writePrivately(file, JSON.stringify(credentials));
  chmodSync(file, 0o600);
  user.own(file);
  const lines = [
    `DATABASE_URL=${urlFor(credentials, 'rampart_server', 'rampart')}`,
    `DATABASE_MIGRATION_URL=${urlFor(credentials, 'rampart_owner', 'rampart')}`,
  ];
  writePrivately(join(root, 'database.env'), `${lines.join('\n')}\n`);
}

function stopUnlessUsed({ data, lock, binaries, user }: Site, users: Users): void {
  const release = lockExclusively(lock);
  try {
    users.leave();
    if (users.hasOthers() || !existsSync(join(data, 'postmaster.pid'))) return;
    user.run(binaries.pgCtl, ['stop', '--wait', '--silent', '--mode=fast', `--pgdata=${data}`]);
  } finally {
    release();
  }
}
