import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { pino, stdTimeFunctions, type Logger } from 'pino';
import { logDestination } from './log-destination.js';
import { TelemetryConfig } from './telemetry.config.js';

/** Asked every few seconds by machines: of use to who looks for them, noise to everybody else. */
const PROBES = new Set(['/health/live']);

interface Answered {
  readonly request: FastifyRequest;
  readonly traceId: string;
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly ms: number;
}

/**
 * One line per answer: who asked for what, from where, and how it went. Of the request it holds what we have named ourselves
 * and the client's address: no URL, no header, no body. @control A6.1 A6.2
 */
@Injectable()
export class AccessLog {
  private readonly pino: Logger;

  constructor(config: TelemetryConfig) {
    const level = config.values.LOG_LEVEL;
    this.pino = pino({ level, timestamp: stdTimeFunctions.isoTime, base: null }, logDestination);
  }

  write({ request: { id, actor, ip }, traceId, method, route, status, ms }: Answered): void {
    this.pino[PROBES.has(route) ? 'debug' : 'info']({
      context: 'Access',
      requestId: id,
      traceId,
      method,
      route,
      status,
      durationMs: Math.round(ms * 100) / 100,
      actor: actor?.id,
      organizationId: actor?.organizationId,
      ip,
      msg: 'request',
    });
  }
}
