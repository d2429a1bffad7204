import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { map, type Observable } from 'rxjs';
import { NO_PERMISSIONS } from '../access/index.js';
import { RuntimeConfig } from '../config/index.js';
import type { ViewClass } from './field.js';
import { isNarrowable, Narrowings } from './narrowing.js';
import { itemOf } from './page.js';
import { Projection } from './projection.js';
import { returnsOf } from './returns.js';

/** Reduces every answer to its view, for this caller. No view, no body (fails closed). @control B7.1 B15.1 */
@Injectable()
export class ViewSerializer implements NestInterceptor {
  private readonly projections = new Map<ViewClass, Projection>();
  private readonly narrowings = new Narrowings();

  constructor(private readonly runtime: RuntimeConfig) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const handler = context.getHandler();
    const view = returnsOf(handler)?.view;
    if (view === undefined) return next.handle().pipe(map(() => undefined));
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const permissions = request.actor?.permissions ?? NO_PERMISSIONS;
    // Before the handler: a refused name must not cost a query, nor tell by its time what is hidden.
    const narrowing = isNarrowable(handler)
      ? this.narrowings.take(request.query, itemOf(view), permissions)
      : undefined;
    const projection = this.projectionOf(view);
    return next.handle().pipe(map((value: unknown) => projection.project(value, permissions, narrowing)));
  }

  private projectionOf(view: ViewClass): Projection {
    const known = this.projections.get(view);
    if (known !== undefined) return known;
    const projection = new Projection(view, this.runtime.isTest);
    this.projections.set(view, projection);
    return projection;
  }
}
