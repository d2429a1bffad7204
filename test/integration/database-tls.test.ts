import { chownSync, copyFileSync, chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { connect as connectTls, TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, startCluster } from '../../scripts/db/cluster.ts';
import { selfSigned } from '../support/certificate.ts';
import { openDatabase, query } from './open-database.ts';

/** PostgreSQL protocol 3, "SSL Session Encryption": asks whether the other side speaks TLS, which answers S or N. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

const dir = mkdtempSync(join(tmpdir(), 'rampart-tls-'));
const certificate = selfSigned('server.pem', 2, 'localhost');
let cluster: Cluster;

/** A PostgreSQL that speaks TLS with this certificate, and plain text with whoever asks for that. */
beforeAll(async () => {
  cluster = await startCluster({ dir, durable: false });
  const data = join(dir, 'postgres');
  const { uid, gid } = statSync(join(data, 'PG_VERSION'));
  for (const [from, to] of [
    [certificate, 'tls.pem'],
    [join(dirname(certificate), 'key.pem'), 'tls.key'],
  ] as const) {
    copyFileSync(from, join(data, to));
    chmodSync(join(data, to), 0o600);
    chownSync(join(data, to), uid, gid);
  }
  const superuser = cluster.superuserUrl('postgres');
  for (const setting of [`ssl_cert_file = 'tls.pem'`, `ssl_key_file = 'tls.key'`, `ssl = on`]) {
    await query(superuser, `ALTER SYSTEM SET ${setting}`);
  }
  await query(superuser, 'SELECT pg_reload_conf()');
});
afterAll(() => {
  cluster.stop();
  rmSync(dir, { recursive: true, force: true });
});

function addressOf(port: number, parameters: Readonly<Record<string, string>>): string {
  const url = new URL(cluster.serverUrl('postgres'));
  url.hostname = 'localhost';
  url.port = String(port);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

const portOfCluster = (): number => Number(new URL(cluster.serverUrl('postgres')).port);

/** Whether the server's own connections are encrypted, by what PostgreSQL says of them. */
async function isEncrypted(url: string): Promise<boolean> {
  const database = await openDatabase({ DATABASE_URL: url });
  try {
    await database.client.$queryRaw`SELECT 1`;
    const rows = await query<{ ssl: boolean }>(
      cluster.superuserUrl('postgres'),
      `SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'rampart'`,
    );
    return rows.length > 0 && rows.every(({ ssl }) => ssl);
  } finally {
    await database.onApplicationShutdown();
  }
}

describe('A2.2 the database over TLS', () => {
  it('is spoken to in TLS when its certificate is the one that is trusted, and is for this host', async () => {
    const trusted = { sslmode: 'verify-full', sslrootcert: certificate };
    expect(await isEncrypted(addressOf(portOfCluster(), trusted))).toBe(true);
    expect(await isEncrypted(addressOf(portOfCluster(), {}))).toBe(false);
  });

  it('is refused when another authority has signed, whatever the rest', async () => {
    const other = { sslmode: 'verify-full', sslrootcert: selfSigned('other.pem', 2, 'localhost') };
    await expect(isEncrypted(addressOf(portOfCluster(), other))).rejects.toThrow(/self-signed certificate/);
  });

  it.each([
    ['whose certificate is for another host', 'edge.example', /Hostname\/IP does not match/],
    // Its certificate is as good as the real one. The login is bound to the certificate of whoever it is meant for (RFC 5929 §4).
    ['that passes everything on', 'localhost', /channel binding/i],
  ])('is not mistaken for a machine in the middle %s', async (_what, host, message) => {
    const own = selfSigned('middle.pem', 2, host);
    const middle = await startMiddle(own);
    const url = addressOf((middle.address() as AddressInfo).port, { sslmode: 'verify-full', sslrootcert: own });
    await expect(isEncrypted(url)).rejects.toThrow(message);
    middle.close();
  });
});

/** Speaks TLS with both sides, and reads what passes. */
async function startMiddle(own: string): Promise<Server> {
  const pair = { cert: readFileSync(own), key: readFileSync(join(dirname(own), 'key.pem')) };
  const server = createServer((client) => void passOn(client, pair));
  server.listen(0, 'localhost');
  await once(server, 'listening');
  return server;
}

async function passOn(client: Socket, pair: { cert: Buffer; key: Buffer }): Promise<void> {
  const upstream = connect(portOfCluster(), '127.0.0.1');
  const ends = (socket: Socket, other: Socket) =>
    socket.on('error', () => other.destroy()).on('close', () => other.destroy());
  ends(client, upstream);
  ends(upstream, client);
  upstream.write(SSL_REQUEST);
  await Promise.all([once(client, 'data'), once(upstream, 'data')]);
  const toClient = new TLSSocket(client, { isServer: true, ...pair });
  const toDatabase = connectTls({ socket: upstream, rejectUnauthorized: false });
  ends(toClient, upstream);
  ends(toDatabase, client);
  toClient.pipe(toDatabase).pipe(toClient);
  client.write('S');
}
