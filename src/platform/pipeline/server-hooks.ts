import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import cors from '@fastify/cors';
import type { SecurityEvents } from '../audit/index.js';
import { ServiceUnavailable } from '../errors/index.js';
import type { HttpConfig } from '../http/index.js';
import {
  beginServerSpan,
  runInRequestContext,
  traceOf,
  type RequestContext,
  type RequestObserver,
} from '../telemetry/index.js';
import type { AddressThrottle } from '../throttling/index.js';
import { parseJsonStrictly } from './json-body.js';
import { hangUpOnTheSilent, installDeadline, isOverdue } from './requests-under-way.js';
import { installSecurityHeaders } from './security-headers.js';
import { refuseUnfit } from './unfit-requests.js';

const PREFLIGHT_MAX_AGE_S = 600;

interface HookServices {
  readonly config: HttpConfig;
  readonly observer: RequestObserver;
  readonly events: SecurityEvents;
  readonly throttle: AddressThrottle;
}

/** What happens to every request before Nest sees it, in this order. */
export async function installServerHooks(
  server: FastifyInstance,
  { config, observer, events, throttle }: HookServices,
): Promise<void> {
  server.decorateRequest('actor', undefined);
  server.decorateRequest('span', undefined);
  // JSON is the only language of the bodies: anything else is 415, which also keeps simple cross-site forms out (B9.3).
  server.removeContentTypeParser('text/plain');
  parseJsonStrictly(server);
  server.addHook('onRequest', openRequestContext);
  server.addHook('onResponse', function observeAnswer(request, reply, done) {
    observer.observe(request, reply);
    done();
  });
  server.server.on('clientError', () => observer.observeUnparsed());
  installDeadline(server, config.values.REQUEST_DEADLINE_MS);
  hangUpOnTheSilent(server);
  installSecurityHeaders(server);
  await server.register(cors, corsOptions(config, events));
  server.addHook('onRequest', refuseUnfit);
  refuseWhileClosing(server);
  throttle.install(server);
}

/** What browsers send may be long, and is the sender's. */
const ORIGIN_LOGGED = 200;

/** Of a page; anything else that stands in the header may be a secret in the wrong place. @control A6.2 */
function loggable(origin: string): string {
  const isOrigin = origin.length <= ORIGIN_LOGGED && URL.canParse(origin) && new URL(origin).origin === origin;
  return isOrigin || origin === 'null' ? origin : '[no origin]';
}

/**
 * Exact origins, never reflected. A request from elsewhere, or from no page at all, gets no CORS header. That from elsewhere is
 * noted: it is somebody's mistake, or a page that tries its visitors' access. @control B9.1 B9.2 B9.5
 */
function corsOptions({ values, publicUrl }: HttpConfig, events: SecurityEvents) {
  const allowed = new Set(values.CORS_ORIGINS);
  // Browsers name the origin of our own docs page too.
  const own = new URL(publicUrl).origin;
  return {
    origin: (origin: string | undefined, decide: (error: Error | null, allow: string | boolean) => void) => {
      if (allowed.has('*')) return decide(null, '*');
      if (origin === undefined || origin === own) return decide(null, false);
      if (allowed.has(origin)) return decide(null, origin);
      events.note({ name: 'malicious_cors', facts: { origin: loggable(origin) } });
      return decide(null, false);
    },
    methods: ['GET', 'POST', 'PATCH', 'DELETE'],
    allowedHeaders: ['authorization', 'content-type', 'idempotency-key', 'if-match'],
    exposedHeaders: [
      'x-request-id',
      'retry-after',
      'ratelimit',
      'ratelimit-policy',
      'etag',
      'www-authenticate',
      'idempotency-replayed',
      'deprecation',
      'sunset',
      'link',
    ],
    credentials: false,
    maxAge: PREFLIGHT_MAX_AGE_S,
    // An OPTIONS that is no preflight is a method like any other: 404 or 405, as a problem.
    strictPreflight: false,
  };
}

/** What is not known yet at the beginning of a request, such as who is calling, is asked for when it is needed. */
class ServerRequest implements RequestContext {
  readonly traceId: string;
  readonly ip: string;

  constructor(private readonly request: FastifyRequest) {
    this.traceId = traceOf(request);
    this.ip = request.ip;
  }

  get requestId(): string {
    return this.request.id;
  }

  get route(): string | undefined {
    return this.request.routeOptions.url;
  }

  get actor(): FastifyRequest['actor'] {
    return this.request.actor;
  }

  get organizationId(): string | undefined {
    return this.request.actor?.organizationId;
  }

  get isOver(): boolean {
    return isOverdue(this.request);
  }

  get span(): FastifyRequest['span'] {
    return this.request.span;
  }
}

function openRequestContext(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  void reply.header('x-request-id', request.id);
  // Worked out from what the proxies say once, and the same for whoever asks.
  Object.defineProperty(request, 'ip', { value: request.ip });
  runInRequestContext(new ServerRequest(request), () => {
    request.span = beginServerSpan(request.method, request.headers['traceparent']);
    done();
  });
}

/** While the server closes, what still arrives on open connections is told to come back: another instance will answer. */
function refuseWhileClosing(server: FastifyInstance): void {
  let isClosing = false;
  server.addHook('preClose', (done) => {
    isClosing = true;
    done();
  });
  server.addHook('onRequest', (_request, reply, done) => {
    if (!isClosing) return done();
    void reply.header('connection', 'close');
    return done(new ServiceUnavailable());
  });
}
