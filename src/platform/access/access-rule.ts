import { applyDecorators } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension } from '@nestjs/swagger';
import type { Permission } from './permission.js';

/** Who may call a route. Exactly one of these stands on every handler. @control A1.4 */
export type AccessRule =
  | { readonly kind: 'public'; readonly reason: string }
  | { readonly kind: 'authenticated'; readonly reason: string }
  | { readonly kind: 'permission'; readonly permission: Permission };

const NONE: readonly AccessRule[] = [];
const declarations = new WeakMap<object, readonly AccessRule[]>();

/** A list, so that the start-up check can see a handler that declares two rules. */
function declare(rule: AccessRule): MethodDecorator {
  return (_target, _property, { value: handler }) => {
    if (typeof handler === 'function') declarations.set(handler, [...accessRulesOf(handler), rule]);
  };
}

/** Anybody may call this, because of `reason`. */
export function Public(reason: string): MethodDecorator {
  return applyDecorators(declare({ kind: 'public', reason }), ApiExtension('x-access', 'public'));
}

/** Anybody who has signed in may call this, because of `reason`: it concerns nothing but the caller's own. */
export function Authenticated(reason: string): MethodDecorator {
  return applyDecorators(
    declare({ kind: 'authenticated', reason }),
    ApiBearerAuth(),
    ApiExtension('x-access', 'authenticated'),
  );
}

/** Callers with this permission may call this. */
export function Can(permission: Permission): MethodDecorator {
  return applyDecorators(
    declare({ kind: 'permission', permission }),
    ApiBearerAuth(),
    ApiExtension('x-access', permission),
  );
}

/** The rules that a handler declares; anything but exactly one is a mistake. */
export function accessRulesOf(handler: object): readonly AccessRule[] {
  return declarations.get(handler) ?? NONE;
}
