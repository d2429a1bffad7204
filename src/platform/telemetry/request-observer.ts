import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Counter, Histogram } from 'prom-client';
import { AccessLog } from './access-log.js';
import { Metrics } from './metrics.js';
import type { OpenSpan } from './open-span.js';
import { parseTraceparent } from './trace-context.js';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
/** What no route knows, whatever was asked for. */
const UNMATCHED = 'unmatched';
const MS = 1000;
const SERVER_ERROR = 500;

declare module 'fastify' {
  interface FastifyRequest {
    /** While spans are recorded. */
    span: OpenSpan | undefined;
  }
}

interface Answer {
  readonly method: string;
  readonly route: string;
  readonly status: number;
}

/** What is counted of one route, found once and not with every request. */
interface Observed {
  readonly method: string;
  readonly route: string;
  readonly duration: Histogram.Internal<'method' | 'route'>;
  readonly byStatus: Map<number, Counter.Internal>;
}

/**
 * Counts every answer and writes its line, under the template of the route: a raw URL holds ids and whatever was typed, and
 * as a label it would let strangers fill the memory. @control A6.2 PT.1
 */
@Injectable()
export class RequestObserver {
  private readonly routes = new WeakMap<object, Observed>();
  private readonly strays = new Map<string, Observed>();

  constructor(
    private readonly metrics: Metrics,
    private readonly log: AccessLog,
  ) {}

  observe(request: FastifyRequest, reply: FastifyReply): void {
    const observed = this.observedOf(request);
    const { method, route, duration } = observed;
    const { statusCode: status, elapsedTime: ms } = reply;
    duration.observe(ms / MS);
    this.counterOf(observed, status).inc();
    const traceId = traceOf(request);
    endServerSpan(request, { method, route, status });
    this.log.write({ request, traceId, method, route, status, ms });
  }

  observeUnparsed(): void {
    this.metrics.unparsed.inc();
  }

  private observedOf(request: FastifyRequest): Observed {
    const method = METHODS.has(request.method) ? request.method : 'other';
    if (request.is404) return this.strayOf(method);
    // One object for each route, of one method. A request that the router could not read has none.
    const { config, url } = request.routeOptions;
    if (config === undefined || url === undefined) return this.strayOf(method);
    const known = this.routes.get(config);
    if (known !== undefined) return known;
    const observed = this.begin(method, url);
    this.routes.set(config, observed);
    return observed;
  }

  private strayOf(method: string): Observed {
    const known = this.strays.get(method) ?? this.begin(method, UNMATCHED);
    this.strays.set(method, known);
    return known;
  }

  private begin(method: string, route: string): Observed {
    return { method, route, duration: this.metrics.durations.labels(method, route), byStatus: new Map() };
  }

  private counterOf({ method, route, byStatus }: Observed, status: number): Counter.Internal {
    const known = byStatus.get(status);
    if (known !== undefined) return known;
    const counter = this.metrics.requests.labels(method, route, String(status));
    byStatus.set(status, counter);
    return counter;
  }
}

/** Under the template of the route, as everything that is kept. */
function endServerSpan({ id, span }: FastifyRequest, { method, route, status }: Answer): void {
  span?.end({
    name: `${method} ${route}`,
    attributes: {
      'http.request.method': method,
      'http.route': route,
      'http.response.status_code': status,
      'rampart.request_id': id,
    },
    ...(status >= SERVER_ERROR && { failure: String(status) }),
  });
}

/** The trace that the caller names, else one of our own: the request id is 16 random bytes as well. */
export function traceOf({ id, headers }: FastifyRequest): string {
  return parseTraceparent(headers['traceparent'])?.traceId ?? id.replaceAll('-', '');
}
