import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { randomUUID } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { classifyError, PROBLEM_CONTENT_TYPE, problemOf, sendProblem, type ErrorCode } from '../errors/index.js';
import type { HttpConfig } from '../http/index.js';
import { includesAddress } from '../networks/index.js';
import { securityHeaders } from './security-headers.js';

/** Limits of the server itself, before any code of ours runs. @control A3.2 A12.5 */
const LIMITS = {
  bodyBytes: 100 * 1024,
  headerBytes: 16 * 1024,
  urlBytes: 8 * 1024,
  paramBytes: 256,
  /** The whole of a request must arrive within this, its headers within half of it: slow clients are cut off. */
  requestMs: 20_000,
  headersMs: 10_000,
  keepAliveMs: 5_000,
  /** How often Node looks; its default of 30 s would make 40 of 10. */
  checkMs: 1_000,
} as const;

/** Node's codes for requests that cannot be parsed (llhttp), and what they mean to the client. */
const PARSER_ERRORS: ReadonlyMap<string, ErrorCode> = new Map([
  ['HPE_HEADER_OVERFLOW', 'headers-too-large'],
  ['ERR_HTTP_REQUEST_TIMEOUT', 'request-timeout'],
]);

/** Is shown what no hook sees. */
type Observer = (request: FastifyRequest, reply: FastifyReply) => void;

/** Fastify with this project's limits. Ids of requests are ours: one from outside could be forged to mislead the log. @control A12.4 */
export function createServer(config: HttpConfig, onUnrouted: Observer): FastifyAdapter {
  const trusted = config.trustedProxies;
  return new FastifyAdapter({
    // No middleware here, so nothing that runs it.
    skipMiddie: true,
    genReqId: () => randomUUID(),
    bodyLimit: LIMITS.bodyBytes,
    requestTimeout: LIMITS.requestMs,
    keepAliveTimeout: LIMITS.keepAliveMs,
    http: {
      maxHeaderSize: LIMITS.headerBytes,
      headersTimeout: LIMITS.headersMs,
      connectionsCheckingInterval: LIMITS.checkMs,
      insecureHTTPParser: false,
      // Node's own refusal of a request without Host is no problem document; ours is in server-hooks.ts.
      requireHostHeader: false,
      // Node would keep the first of two Authorization or Host headers and drop the other; joined, neither is well-formed (B3.2).
      joinDuplicateHeaders: true,
    },
    routerOptions: { maxParamLength: LIMITS.paramBytes, caseSensitive: true, ignoreTrailingSlash: false },
    trustProxy: trusted.length > 0 && ((address: string) => includesAddress(trusted, address)),
    forceCloseConnections: 'idle',
    // Fastify's own 503 is no problem document; ours is in server-hooks.ts.
    return503OnClosing: false,
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      refuseUnrouted(error, request, reply, config.publicUrl);
      onUnrouted(request, reply);
    },
    clientErrorHandler: (error, socket) => refuseUnparsed(codeOf(error), socket, config.publicUrl),
  });
}

export function isUrlTooLong(url: string): boolean {
  return url.length > LIMITS.urlBytes;
}

function codeOf(error: Error & { code?: string }): ErrorCode {
  return PARSER_ERRORS.get(error.code ?? '') ?? 'malformed-request';
}

/** On what fails before there is a hook. Whoever asks from wherever gets no CORS header, so nothing differs but what might. */
const headersOfUnrouted = { ...securityHeaders, vary: 'Origin' };

/** What the router cannot read (a broken escape, a parameter that is too long) passes no hook: headers and form are set here. */
function refuseUnrouted(error: Error, request: FastifyRequest, reply: FastifyReply, publicUrl: string): void {
  sendProblem(reply.headers({ ...headersOfUnrouted, 'x-request-id': request.id }), classifyError(error), publicUrl);
}

/** There is no request object yet, so the problem goes straight to the socket, which is then closed. @control B8.1 */
function refuseUnparsed(code: ErrorCode, socket: Socket, publicUrl: string): void {
  if (socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const requestId = randomUUID();
  const problem = problemOf(code, { publicUrl, requestId });
  const body = JSON.stringify(problem);
  const headers = { ...headersOfUnrouted, 'x-request-id': requestId };
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
      `Content-Type: ${PROBLEM_CONTENT_TYPE}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}`),
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}
