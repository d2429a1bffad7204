import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { tap, type Observable } from 'rxjs';
import { entityTagOf } from './entity-tag.js';
import { isTagged } from './tagged.js';

/** Inside of the serializer: `?fields=` may leave out of the answer what the tag is made of. @control A7.4 */
@Injectable()
export class EntityTags implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (!isTagged(context.getHandler())) return next.handle();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return next.handle().pipe(tap((row: unknown) => void reply.header('etag', tagOf(row))));
  }
}

function tagOf(row: unknown): string {
  const { id, updatedAt, createdAt }: Partial<Record<string, unknown>> = { ...(typeof row === 'object' && row) };
  const changedAt = updatedAt ?? createdAt;
  if (typeof id === 'string' && (typeof changedAt === 'string' || changedAt instanceof Date)) {
    return entityTagOf(id, changedAt);
  }
  throw new Error('@Tagged() needs a row with id and updatedAt, or createdAt where rows never change');
}
