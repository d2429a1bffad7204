import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { RefusalObserver, type AppError } from '../errors/index.js';
import { Detector } from './detector.js';
import { signalsOf } from './refusal-signals.js';
import { principalOf } from './subjects.js';

/** Hands what the filter refuses to the detector. */
@Injectable()
export class RefusalWatch extends RefusalObserver {
  constructor(private readonly detector: Detector) {
    super();
  }

  override observe({ code, fields, status, context }: AppError, request: FastifyRequest): void {
    if (status >= 500) return;
    const { actor, ip, url, method, body } = request;
    const reason = typeof context['reason'] === 'string' ? context['reason'] : undefined;
    const isRouted = request.routeOptions.url !== undefined;
    for (const kind of signalsOf({ code, fields, method, url, body, reason, isRouted })) {
      this.detector.observe({
        kind,
        ip,
        principal: actor && principalOf(actor),
        sessionId: actor?.sessionId,
        organizationId: actor?.organizationId,
      });
    }
  }
}
