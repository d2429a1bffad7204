import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { NO_PERMISSIONS } from '../access/index.js';
import { AppError, type FieldError } from '../errors/index.js';
import { forbiddenFields } from '../validation/index.js';
import { DEFAULT_API_VERSION } from './completeness.check.js';
import { readRoutes } from './nest-metadata.js';

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
  private readonly bodies = new WeakMap<object, object | false>();

  canActivate(context: ExecutionContext): boolean {
    const body = this.bodyOf(context);
    if (body === false) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const fields = forbiddenFields(body, request.body, request.actor?.permissions ?? NO_PERMISSIONS);
    if (fields.length > 0) throw new FieldNotAllowed(fields);
    return true;
  }

  /** The class of the body that the handler takes, or false. */
  private bodyOf(context: ExecutionContext): object | false {
    const handler = context.getHandler();
    const known = this.bodies.get(handler);
    if (known !== undefined) return known;
    const [route] = readRoutes(context.getClass(), handler.name, DEFAULT_API_VERSION);
    // What cannot be looked up must not pass for a route without a body (fails closed).
    if (route === undefined) throw new Error(`${handler.name} is no route`);
    const type = route.inputs.find(({ source }) => source === 'body')?.type;
    const body = typeof type === 'function' && type;
    this.bodies.set(handler, body);
    return body;
  }
}
