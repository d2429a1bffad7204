import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AppError } from '../errors/index.js';
import { parseIfMatch, type IfMatch } from './entity-tag.js';

/** The row is there and is not the one that the client has seen. */
export class PreconditionFailed extends AppError {
  constructor() {
    super('precondition-failed');
  }
}

/** Without `If-Match` nobody could tell a change from one that overwrites somebody else's (RFC 6585 §3). */
export class PreconditionRequired extends AppError {
  constructor() {
    super('precondition-required');
  }
}

/** The versions of one row that a change may find: part of the `where`, so that nothing comes in between. @control A7.4 */
export class Precondition {
  constructor(private readonly ifMatch: IfMatch) {}

  get isAbsent(): boolean {
    return this.ifMatch === 'absent';
  }

  /** Nothing for `*`; never true for tags of another row. */
  where(id: string): { updatedAt?: { in: Date[] } } {
    if (typeof this.ifMatch === 'string') return {};
    const own = this.ifMatch.filter((version) => version.id === id);
    return { updatedAt: { in: own.map(({ updatedAt }) => updatedAt) } };
  }
}

/** `If-Match`, as a handler's argument. */
export const SeenVersion = createParamDecorator((_data: unknown, context: ExecutionContext): Precondition => {
  const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
  return new Precondition(parseIfMatch(headers['if-match']));
});
