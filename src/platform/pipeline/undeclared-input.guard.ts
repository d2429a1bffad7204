import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ValidationFailed, type FieldError } from '../errors/index.js';
import { canBeAsked } from '../serialization/index.js';
import { unknownField } from '../validation/index.js';
import { inputsAtHand } from './nest-metadata.js';

/**
 * A route that declares no query refuses every query, and one that declares no body every field of one: Nest runs the pipe for
 * what is declared alone, so the rest would pass unseen. What is declared is for the pipe, which refuses what comes twice as well.
 * @control A3.1 A3.3
 */
@Injectable()
export class UndeclaredInputGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { query, body } = context.switchToHttp().getRequest<FastifyRequest>();
    const taken = new Set(inputsAtHand(context).map(({ source }) => source));
    // `?fields=` and `?reveal=` are taken by the serializer and declared by no class.
    const isAsked = ({ pointer }: FieldError) => canBeAsked(context.getHandler(), pointer.slice('#/'.length));
    const inQuery = taken.has('query') ? [] : fieldsOf(query).filter((field) => !isAsked(field));
    const fields = [...inQuery, ...(taken.has('body') ? [] : fieldsOf(body))];
    if (fields.length > 0) throw new ValidationFailed(fields);
    return true;
  }
}

/** An empty object says nothing, and some clients send one with every POST. */
function fieldsOf(input: unknown): FieldError[] {
  if (input === undefined || input === null) return [];
  if (typeof input === 'object' && !Array.isArray(input)) return Object.keys(input).map((name) => unknownField(name));
  return [{ pointer: '#', code: 'unknown-field', message: 'nothing is taken here' }];
}
