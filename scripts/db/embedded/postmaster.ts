import { existsSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { Failure } from '../../bootstrap/failure.mjs';
import { type Credentials, urlFor } from './credentials.ts';
import { isAlive } from './exclusive.ts';

const recoveryPatience = 60_000;

/**
 * The port of the server that runs on this data folder, or undefined when none does. A server that was killed leaves
 * its postmaster.pid behind, and its process id may belong to something else by now: that file is removed, because
 * PostgreSQL itself would take a foreign process of the same user for a running server and refuse to start.
 */
export async function findRunningPort(data: string, credentials: Credentials): Promise<number | undefined> {
  const file = join(data, 'postmaster.pid');
  const deadline = Date.now() + recoveryPatience;
  while (existsSync(file)) {
    const { pid, port } = readPidFile(file);
    if (!isAlive(pid) || !isWorkingIn(pid, data)) {
      rmSync(file, { force: true });
      return undefined;
    }
    if (port > 0 && (await isServing({ ...credentials, port }, data))) return port;
    if (Date.now() > deadline)
      throw new Failure(`PostgreSQL (process ${pid}) runs on ${data} but does not answer: see its log.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return undefined;
}

/** Lines of postmaster.pid: process id, data folder, start time, port, socket folder, listen address, memory key, status. */
function readPidFile(file: string): { pid: number; port: number } {
  const lines = readFileSync(file, 'utf8').split('\n');
  return { pid: Number(lines[0]), port: Number(lines[3] ?? 0) };
}

/** A PostgreSQL server has its data folder as working folder. Only Linux tells us; elsewhere a live process is believed. */
function isWorkingIn(pid: number, data: string): boolean {
  if (process.platform !== 'linux') return true;
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(data);
  } catch {
    return false; // gone, or somebody else's
  }
}

async function isServing(credentials: Credentials, data: string): Promise<boolean> {
  const client = new pg.Client({
    connectionString: urlFor(credentials, 'postgres', 'postgres'),
    connectionTimeoutMillis: 5000,
  });
  client.on('error', () => undefined); // a server that goes away while we ask is one that does not serve
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
    return rows[0] !== undefined && realpathSync(rows[0].data_directory) === realpathSync(data);
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The wanted port if nothing listens there, else any free one. */
export async function choosePort(wanted: number): Promise<number> {
  if (wanted > 0 && (await listenOnce(wanted)) !== undefined) return wanted;
  const port = await listenOnce(0);
  if (port === undefined)
    throw new Failure('No free port on 127.0.0.1 for PostgreSQL: set DATABASE_URL to a server of your own.');
  return port;
}

function listenOnce(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : undefined));
    });
  });
}
