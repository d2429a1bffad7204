import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { type Cluster, startCluster } from '../../scripts/db/cluster.ts';
import { query } from './open-database.ts';

// Each test starts programs, which take their time when the other worker does as well.
vi.setConfig({ testTimeout: 60_000 });

const dir = mkdtempSync(join(tmpdir(), 'rampart-cluster-'));
const start = (durable = false): Promise<Cluster> => startCluster({ dir, durable });
const portOf = (cluster: Cluster): number => Number(new URL(cluster.ownerUrl('rampart')).port);

/** The postmaster, who is the first to be killed when memory runs out. */
function pidOfServer(): number {
  return Number(readFileSync(join(dir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);
}

afterAll(async () => {
  (await start()).stop();
  rmSync(dir, { recursive: true, force: true });
});

it('creates a database once and keeps its address and its rows', async () => {
  const first = await start();
  await query(first.ownerUrl('rampart'), 'CREATE TABLE kept (id int)');
  first.stop();
  const second = await start();
  expect([first.startedHere, second.startedHere, portOf(second)]).toEqual([true, true, portOf(first)]);
  expect(await query(second.ownerUrl('rampart'), 'SELECT * FROM kept')).toEqual([]);
  second.stop();
});

it('keeps passwords where only their owner reads them', async () => {
  (await start()).stop();
  const modes = ['database.env', 'postgres', 'postgres/credentials.json'].map(
    (name) => statSync(join(dir, name)).mode & 0o077,
  );
  expect(modes).toEqual([0, 0, 0]);
});

it('starts again after it was killed', async () => {
  const killed = await start(true);
  await query(killed.ownerUrl('rampart'), 'CREATE TABLE survivor (id int)');
  process.kill(pidOfServer(), 'SIGKILL');
  const revived = await start();
  expect(revived.startedHere).toBe(true);
  expect(await query(revived.ownerUrl('rampart'), 'SELECT * FROM survivor')).toEqual([]);
  revived.stop();
});

it('moves to another port when its own is taken', async () => {
  const before = await start();
  before.stop();
  const squatter = createServer();
  await new Promise<void>((resolve) => squatter.listen(portOf(before), '127.0.0.1', resolve));
  const after = await start();
  expect(portOf(after)).not.toBe(portOf(before));
  expect(readFileSync(join(dir, 'database.env'), 'utf8')).toContain(after.serverUrl('rampart'));
  after.stop();
  squatter.close();
});

it('is shared between processes, and the last one to leave stops it', async () => {
  const here = await start();
  const there = `
    const { startCluster } = await import(${JSON.stringify(new URL('../../scripts/db/cluster.ts', import.meta.url).href)});
    console.log((await startCluster({ dir: ${JSON.stringify(dir)}, durable: false })).startedHere);`;
  const args = ['--input-type=module', '--eval', there];
  expect(execFileSync(process.execPath, args, { encoding: 'utf8' }).trim()).toBe('false');
  expect(await query(here.ownerUrl('rampart'), 'SELECT 1 AS up')).toEqual([{ up: 1 }]);
  here.stop();
  expect(existsSync(join(dir, 'postgres', 'postmaster.pid'))).toBe(false);
});

it('listens on loopback alone, asks everybody for a password, and gives the server no rights of an administrator', async () => {
  const cluster = await start();
  const settings = `SELECT current_setting('listen_addresses') AS addresses, current_setting('unix_socket_directories') AS sockets`;
  expect(await query(cluster.superuserUrl('postgres'), settings)).toEqual([{ addresses: '127.0.0.1', sockets: '' }]);
  const stranger = new URL(cluster.superuserUrl('postgres'));
  stranger.password = 'guessed';
  await expect(query(stranger.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
  const role = `SELECT rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls AS mighty FROM pg_roles WHERE rolname = current_user`;
  expect(await query(cluster.serverUrl('rampart'), role)).toEqual([{ mighty: false }]);
  cluster.stop();
});
