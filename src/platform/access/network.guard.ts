import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { NetworkNotAllowed } from './access.errors.js';

/** From where an organization may be used: asked on every authenticated request. Implemented by features/security. */
export abstract class NetworkRules {
  /** Undefined when the address may be used, otherwise why not: for the log, never for the client. */
  abstract refusalOf(organizationId: string, ip: string): string | undefined | Promise<string | undefined>;
}

/**
 * Whoever acts for an organization does so from where it allows, with whatever credential. On public routes nobody acts for
 * one yet, so signing in works from anywhere, and what it gives does not. Fails closed: no answer, no access. @control B14.1 B14.3
 */
@Injectable()
export class NetworkGuard implements CanActivate {
  constructor(private readonly rules: NetworkRules) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { actor } = context.switchToHttp().getRequest<FastifyRequest>();
    if (actor === undefined) return true;
    const reason = await this.rules.refusalOf(actor.organizationId, actor.ip);
    if (reason !== undefined) throw new NetworkNotAllowed(reason, actor);
    return true;
  }
}
