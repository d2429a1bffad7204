import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Answer } from './caller.ts';

/** Where a listening application listens. */
export function portOf(app: NestFastifyApplication): number {
  return (app.getHttpServer().address() as AddressInfo).port;
}

/** Sends these bytes to a listening application, whatever an HTTP client would say to them, and reads the answer to its end. */
export async function sendRaw(app: NestFastifyApplication, lines: readonly string[]): Promise<Answer> {
  const socket = connect(portOf(app), '127.0.0.1');
  await once(socket, 'connect');
  socket.write(lines.join('\r\n'));
  return parse(await text(socket));
}

function parse(message: string): Answer {
  const [head = '', ...rest] = message.split('\r\n\r\n');
  const [statusLine = '', ...headerLines] = head.split('\r\n');
  const headers = Object.fromEntries(
    headerLines.map((line) => {
      const at = line.indexOf(':');
      return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()];
    }),
  );
  const body = rest.join('\r\n\r\n');
  const isJson = String(headers['content-type']).includes('json') && body !== '';
  return {
    status: Number(statusLine.split(' ')[1]),
    headers,
    body: isJson ? (JSON.parse(body) as Record<string, unknown>) : {},
    text: body,
  };
}
