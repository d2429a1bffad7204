import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Actor } from './actor.js';
import { Unauthenticated } from './access.errors.js';

/** The caller, as a handler's argument. On a public route there is none, and asking for it is refused. */
export const CurrentActor = createParamDecorator((_data: unknown, context: ExecutionContext): Actor => {
  const { actor } = context.switchToHttp().getRequest<FastifyRequest>();
  if (actor === undefined) throw new Unauthenticated({ reason: 'no-actor' });
  return actor;
});
