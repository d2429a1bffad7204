import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Clock } from '../time/index.js';
import {
  AccessUndeclared,
  PermissionMissing,
  PersonRequired,
  SecondFactorMissing,
  Unauthenticated,
} from './access.errors.js';
import { accessRulesOf, needsStepUp, type AccessRule } from './access-rule.js';
import type { Actor } from './actor.js';
import { refuseStaleProof } from './fresh-proof.js';

type Decision = { readonly allowed: true } | { readonly allowed: false; readonly error: () => Error };

const ALLOWED: Decision = { allowed: true };

function denied(error: () => Error): Decision {
  return { allowed: false, error };
}

/** Whether this caller may call a route with this rule. No rule, no access. */
export function evaluateAccess(rules: readonly AccessRule[], actor: Actor | undefined): Decision {
  const [rule] = rules;
  if (rule === undefined || rules.length > 1) return denied(() => new AccessUndeclared());
  if (rule.kind === 'public') return ALLOWED;
  if (actor === undefined) return denied(() => new Unauthenticated({ reason: 'no-credential' }));
  return evaluateCaller(rule, actor);
}

function evaluateCaller(rule: Exclude<AccessRule, { kind: 'public' }>, actor: Actor): Decision {
  const isForEnrolment = rule.kind === 'authenticated' && rule.isForEnrolment;
  if (actor.mustEnrol && !isForEnrolment) return denied(() => new SecondFactorMissing());
  if (rule.kind === 'authenticated')
    return actor.kind === 'user' ? ALLOWED : denied(() => new PersonRequired(actor.kind));
  return actor.permissions.has(rule.permission) ? ALLOWED : denied(() => new PermissionMissing(rule.permission));
}

/** Enforces the access rule of the route, and the fresh proof that it may ask for. Denies by default, fails closed. @control A1.4 A1.5 */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(private readonly clock: Clock) {}

  canActivate(context: ExecutionContext): boolean {
    const { actor } = context.switchToHttp().getRequest<FastifyRequest>();
    const handler = context.getHandler();
    const decision = evaluateAccess(accessRulesOf(handler), actor);
    if (!decision.allowed) throw decision.error();
    if (needsStepUp(handler)) refuseStaleProof(actor, this.clock.epochSeconds());
    return true;
  }
}
