import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { AppError } from '../errors/index.js';
import { HttpConfig } from '../http/index.js';
import { Clock } from '../time/index.js';
import { deprecationOf, isGone, lifecycleHeaders, type Deprecation } from './deprecation.js';
import { DeprecatedUses } from './deprecated-uses.js';
import { RouteUses } from './route-uses.js';

/** The date has come that clients were told. The headers still say where to go. */
class VersionGone extends AppError {
  constructor(headers: Readonly<Record<string, string>>) {
    super('gone', { headers });
  }
}

/**
 * Tells the clients of a deprecated route what replaces it and until when, and refuses them afterwards. Behind the guards: an
 * old version is guarded like a new one, and to strangers it is neither old nor gone. @control B17.3 B17.4 B17.5
 */
@Injectable()
export class LifecycleInterceptor implements NestInterceptor {
  private readonly headers = new Map<string, Record<string, string>>();

  constructor(
    private readonly http: HttpConfig,
    private readonly clock: Clock,
    private readonly deprecatedUses: DeprecatedUses,
    private readonly routeUses: RouteUses,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    // The template, never the address: addresses hold ids, and are without number.
    const { url: path = '' } = request.routeOptions;
    const route = `${request.method} ${path}`;
    this.routeUses.note(route);
    const deprecation = deprecationOf(context.getClass());
    if (deprecation === undefined) return next.handle();

    this.deprecatedUses.note(route, request.actor);
    const headers = this.headersFor(path, deprecation);
    if (isGone(deprecation, this.clock.epochSeconds())) throw new VersionGone(headers);
    void context.switchToHttp().getResponse<FastifyReply>().headers(headers);
    return next.handle();
  }

  private headersFor(path: string, deprecation: Deprecation): Record<string, string> {
    const known = this.headers.get(path);
    if (known !== undefined) return known;
    const headers = lifecycleHeaders(path, this.http.publicUrl, deprecation);
    this.headers.set(path, headers);
    return headers;
  }
}
