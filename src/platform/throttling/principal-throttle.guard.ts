import { Injectable, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import {
  InjectThrottlerOptions,
  InjectThrottlerStorage,
  ThrottlerGuard,
  type ThrottlerModuleOptions,
  type ThrottlerOptions,
  type ThrottlerRequest,
  type ThrottlerStorage,
} from '@nestjs/throttler';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { budgetOfOrganization, budgetOfPrincipal, WINDOW_SECONDS } from './budgets.js';
import { Quotas } from './quotas.js';
import type { ThrottleClass } from './throttle-class.js';

/** One for both budgets: @nestjs/throttler looks for six decorations of the route for each, with every request. */
export const principalThrottlers: ThrottlerOptions[] = [
  { name: 'principal', ttl: WINDOW_SECONDS * 1000, limit: principalBudget },
];

/**
 * What a person or a key may ask for from wherever they are, and what all of an organization may together, so that one tenant's
 * load is not another's wait. Runs after authentication; on public routes there is nobody yet. @control B6.1
 */
@Injectable()
export class PrincipalThrottle extends ThrottlerGuard {
  constructor(
    @InjectThrottlerOptions() options: ThrottlerModuleOptions,
    @InjectThrottlerStorage() counters: ThrottlerStorage,
    reflector: Reflector,
    private readonly quotas: Quotas,
  ) {
    super(options, counters, reflector);
  }

  protected override async shouldSkip(context: ExecutionContext): Promise<boolean> {
    return requestOf(context).actor === undefined;
  }

  /** As the original, with the headers of the standard and keys that say what they count. */
  protected override async handleRequest({ context, limit }: ThrottlerRequest): Promise<boolean> {
    const { actor } = requestOf(context);
    if (actor === undefined) throw new Error('there is nobody to count for');
    const { id, organizationId } = actor;
    const budgetClass = classOf(context);
    const shared = budgetOfOrganization(budgetClass);
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    await this.quotas.spend(reply, { holder: 'principal', id, budgetClass, budget: limit });
    await this.quotas.spend(reply, { holder: 'organization', id: organizationId, budgetClass, budget: shared });
    return true;
  }
}

function principalBudget(context: ExecutionContext): number {
  return budgetOfPrincipal(requestOf(context).actor?.rateTier, classOf(context));
}

/** A request that the address throttle has not seen is not served (fails closed). */
function classOf(context: ExecutionContext): ThrottleClass {
  const { throttleClass } = requestOf(context);
  if (throttleClass === undefined) throw new Error('the address throttle is not installed');
  return throttleClass;
}

function requestOf(context: ExecutionContext): FastifyRequest {
  return context.switchToHttp().getRequest<FastifyRequest>();
}
