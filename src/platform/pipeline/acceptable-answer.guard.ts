import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import { AppError } from '../errors/index.js';

/** The form of everything that a handler answers with, without and with what Fastify adds. */
const FORMS = ['application/json', 'application/json; charset=utf-8'];

/**
 * Before anything is done whose answer would be of no use (RFC 9110 §12.5.1, §15.5.7). Problems are sent whatever is accepted:
 * a client that says nothing of them still has to learn what happened. @control A3.2
 */
@Injectable()
export class AcceptableAnswerGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
    if (headers.accept === undefined) return true;
    if (new Negotiator({ headers }).mediaTypes(FORMS).length === 0) throw new AppError('not-acceptable');
    return true;
  }
}
