import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AccessUndeclared, PermissionMissing, Unauthenticated } from './access.errors.js';
import { accessRulesOf, type AccessRule } from './access-rule.js';
import type { Actor } from './actor.js';

type Decision = { readonly allowed: true } | { readonly allowed: false; readonly error: () => Error };

/** Whether this caller may call a route with this rule. No rule, no access. */
export function evaluateAccess(rules: readonly AccessRule[], actor: Actor | undefined): Decision {
  const [rule] = rules;
  if (rule === undefined || rules.length > 1) return { allowed: false, error: () => new AccessUndeclared() };
  if (rule.kind === 'public') return { allowed: true };
  if (actor === undefined) return { allowed: false, error: () => new Unauthenticated({ reason: 'no-credential' }) };
  if (rule.kind === 'authenticated' || actor.permissions.has(rule.permission)) return { allowed: true };
  return { allowed: false, error: () => new PermissionMissing(rule.permission) };
}

/** Enforces the access rule of the route. Denies by default and fails closed. @control A1.4 */
@Injectable()
export class AccessGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { actor } = context.switchToHttp().getRequest<FastifyRequest>();
    const decision = evaluateAccess(accessRulesOf(context.getHandler()), actor);
    if (!decision.allowed) throw decision.error();
    return true;
  }
}
