import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import { AppError } from '../errors/index.js';
import type { HttpConfig } from '../http/index.js';
import { runInRequestContext } from '../telemetry/index.js';
import { isUrlTooLong } from './server.js';

const PREFLIGHT_MAX_AGE_S = 600;
const HSTS_MAX_AGE_S = 31_536_000;

/** What happens to every request before Nest sees it, in this order. */
export async function installServerHooks(server: FastifyInstance, config: HttpConfig): Promise<void> {
  server.decorateRequest('actor', undefined);
  // JSON is the only language of the bodies: anything else is 415, which also keeps simple cross-site forms out (B9.3).
  server.removeContentTypeParser('text/plain');
  server.addHook('onRequest', openRequestContext);
  await server.register(helmet, SECURITY_HEADERS);
  server.addHook('onRequest', noStore);
  await server.register(cors, corsOptions(config));
  server.addHook('onRequest', refuseLongUrl);
}

/** For a JSON API: no page of ours may be rendered, framed, sniffed or embedded. The docs page relaxes it for itself. @control A7.3 */
const SECURITY_HEADERS = {
  global: true,
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"] },
  },
  crossOriginResourcePolicy: { policy: 'same-origin' },
  referrerPolicy: { policy: 'no-referrer' },
  strictTransportSecurity: { maxAge: HSTS_MAX_AGE_S, includeSubDomains: true },
  xFrameOptions: { action: 'deny' },
} as const;

/** Exact origins, never reflected. A request from elsewhere, or from no page at all, gets no CORS header. @control B9.1 B9.2 */
function corsOptions({ values }: HttpConfig) {
  const allowed = new Set(values.CORS_ORIGINS);
  return {
    origin: (origin: string | undefined, decide: (error: Error | null, allow: string | boolean) => void) => {
      if (allowed.has('*')) decide(null, '*');
      else decide(null, origin !== undefined && allowed.has(origin) ? origin : false);
    },
    methods: ['GET', 'POST', 'PATCH', 'DELETE'],
    allowedHeaders: ['authorization', 'content-type', 'idempotency-key', 'if-match'],
    exposedHeaders: ['x-request-id', 'retry-after', 'etag', 'www-authenticate'],
    credentials: false,
    maxAge: PREFLIGHT_MAX_AGE_S,
    // An OPTIONS that is no preflight is a method like any other: 404 or 405, as a problem.
    strictPreflight: false,
  };
}

function openRequestContext(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  void reply.header('x-request-id', request.id);
  runInRequestContext({ requestId: request.id }, done);
}

/** Answers are about people: no cache keeps them. @control B7.3 */
function noStore(_request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  void reply.header('cache-control', 'no-store');
  done();
}

function refuseLongUrl(request: FastifyRequest, _reply: FastifyReply, done: (error?: Error) => void): void {
  done(isUrlTooLong(request.url) ? new AppError('uri-too-long') : undefined);
}
