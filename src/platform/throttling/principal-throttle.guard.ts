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
import { budgetOfOrganization, budgetOfPrincipal, WINDOW_SECONDS, type BudgetHolder } from './budgets.js';
import { Quotas } from './quotas.js';
import type { ThrottleClass } from './throttle-class.js';

/** Milliseconds, the unit of @nestjs/throttler since its version 5. */
const ttl = WINDOW_SECONDS * 1000;

export const principalThrottlers: ThrottlerOptions[] = [
  { name: 'principal', ttl, limit: principalBudget },
  { name: 'organization', ttl, limit: organizationBudget },
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
  protected override async handleRequest({ context, limit, throttler }: ThrottlerRequest): Promise<boolean> {
    const { actor } = requestOf(context);
    if (actor === undefined) throw new Error('there is nobody to count for');
    const holder: BudgetHolder = throttler.name === 'organization' ? 'organization' : 'principal';
    const id = holder === 'organization' ? actor.organizationId : actor.id;
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    await this.quotas.spend(reply, { holder, id, budgetClass: classOf(context), budget: limit });
    return true;
  }
}

function principalBudget(context: ExecutionContext): number {
  return budgetOfPrincipal(requestOf(context).actor?.rateTier, classOf(context));
}

function organizationBudget(context: ExecutionContext): number {
  return budgetOfOrganization(classOf(context));
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
