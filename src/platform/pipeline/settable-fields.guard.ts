import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { NO_PERMISSIONS } from '../access/index.js';
import { AppError, type FieldError } from '../errors/index.js';
import { forbiddenFields } from '../validation/index.js';
import { inputsAtHand } from './nest-metadata.js';

class FieldNotAllowed extends AppError {
  constructor(fields: readonly FieldError[]) {
    const names = fields.map(({ pointer }) => pointer);
    super('field-not-allowed', { fields, context: { event: 'authz_fail', reason: 'field-not-allowed', names } });
  }
}

/**
 * Callers set only the fields that they may set (API3:2023, CWE-915). Who may is declared on the field of the body, as
 * `requires`; here and not in the pipe, because a pipe does not know who is calling. @control B15.1 B15.2
 */
@Injectable()
export class SettableFieldsGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const body = inputsAtHand(context).find(({ source }) => source === 'body')?.type;
    if (typeof body !== 'function') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const fields = forbiddenFields(body, request.body, request.actor?.permissions ?? NO_PERMISSIONS);
    if (fields.length > 0) throw new FieldNotAllowed(fields);
    return true;
  }
}
