import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import type { CollectorConfig } from './collector.config.js';

/** A collector that takes nothing for so long is as good as away. */
const STALLED_MS = 10_000;
const KEEP_ALIVE_MS = 15_000;

export interface ConnectionEvents {
  readonly onReady: (socket: TLSSocket) => void;
  readonly onDrain: () => void;
  /** Once, however it ended. */
  readonly onEnd: (reason: Error | undefined) => void;
}

/** Certificates are always verified (RFC 5425 §5.2). Files are read each time, so that new ones are taken. @control A2.2 A6.4 */
export async function openConnection(values: CollectorConfig['values'], events: ConnectionEvents): Promise<void> {
  const { SYSLOG_URL: address, SYSLOG_CA_PATH: caPath, SYSLOG_CLIENT_PATH: clientPath } = values;
  if (address === undefined) return;
  const ca = caPath && (await readFile(caPath));
  const own = clientPath && (await readFile(clientPath));
  const socket = connect({
    ...address,
    ...(isIP(address.host) === 0 && { servername: address.host }),
    ...(ca && { ca }),
    ...(own && { cert: own, key: own }),
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true,
  });
  let reason: Error | undefined;
  let isReady = false;
  socket.setKeepAlive(true, KEEP_ALIVE_MS).setTimeout(STALLED_MS);
  socket.once('secureConnect', () => {
    isReady = true;
    events.onReady(socket);
  });
  // It has nothing to say; but its end is only seen by who reads.
  socket.resume();
  socket.on('drain', events.onDrain);
  socket.on('timeout', () => {
    if (!isReady || socket.writableLength > 0) socket.destroy(new Error('the collector takes nothing'));
  });
  socket.on('error', (error: Error) => {
    reason = error;
  });
  socket.once('close', () => events.onEnd(reason));
}
