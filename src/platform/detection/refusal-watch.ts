import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { VerifiedTokens } from '../access/index.js';
import { RefusalObserver, type AppError } from '../errors/index.js';
import { Detector } from './detector.js';
import { signalsOf } from './refusal-signals.js';
import type { Signal } from './signal.js';
import { principalOf } from './subjects.js';

type Caller = Pick<Signal, 'principal' | 'sessionId' | 'organizationId'>;

/** Hands what the filter refuses to the detector. */
@Injectable()
export class RefusalWatch extends RefusalObserver {
  constructor(
    private readonly detector: Detector,
    private readonly tokens: VerifiedTokens,
  ) {
    super();
  }

  override observe({ code, fields, status, context }: AppError, request: FastifyRequest): void {
    if (status >= 500) return;
    const { ip, url, method, body } = request;
    const caller = this.callerOf(request);
    const reason = typeof context['reason'] === 'string' ? context['reason'] : undefined;
    const isRouted = request.routeOptions.url !== undefined;
    for (const kind of signalsOf({ code, fields, method, url, body, reason, isRouted })) {
      this.detector.observe({ kind, ip, ...caller });
    }
  }

  /** Where no route was found nobody has asked who calls: whoever used this token before. */
  private callerOf({ actor, headers }: FastifyRequest): Caller {
    if (actor !== undefined) {
      const { sessionId, organizationId } = actor;
      return { principal: principalOf(actor), sessionId, organizationId };
    }
    const claims = this.tokens.find(headers.authorization?.replace(/^Bearer +/i, '') ?? '');
    if (claims === undefined) return {};
    const { sub: id, sid: sessionId, org: organizationId } = claims;
    return { principal: principalOf({ kind: 'user', id }), sessionId, organizationId };
  }
}
