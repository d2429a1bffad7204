import { applyDecorators } from '@nestjs/common';
import { ApiExtension, ApiSecurity } from '@nestjs/swagger';
import type { Permission } from './permission.js';

/** Who may call a route. Exactly one of these stands on every handler. @control A1.4 */
export type AccessRule =
  | { readonly kind: 'public'; readonly reason: string }
  | { readonly kind: 'authenticated'; readonly reason: string; readonly isForEnrolment: boolean }
  | { readonly kind: 'permission'; readonly permission: Permission };

interface AuthenticatedOptions {
  /** Open to people whose role asks for a second factor that they do not have yet: the way to get one, and nothing else. */
  readonly isForEnrolment?: boolean;
}

/** Names of the security schemes in the OpenAPI description. */
export const TOKEN_SCHEME = 'bearer';
export const API_KEY_SCHEME = 'apiKey';

const NONE: readonly AccessRule[] = [];
const declarations = new WeakMap<object, readonly AccessRule[]>();
const stepUps = new WeakSet<object>();

function onHandler(note: (handler: object) => void): MethodDecorator {
  return (_target, _property, { value: handler }) => {
    if (typeof handler === 'function') note(handler);
  };
}

/** A list, so that the start-up check can see a handler that declares two rules. */
function declare(rule: AccessRule): MethodDecorator {
  return onHandler((handler) => declarations.set(handler, [...accessRulesOf(handler), rule]));
}

/** Anybody may call this, because of `reason`. */
export function Public(reason: string): MethodDecorator {
  return applyDecorators(declare({ kind: 'public', reason }), ApiExtension('x-access', 'public'));
}

/** Anybody who has signed in may call this, because of `reason`: it concerns nothing but the caller's own. */
export function Authenticated(reason: string, { isForEnrolment = false }: AuthenticatedOptions = {}): MethodDecorator {
  return applyDecorators(
    declare({ kind: 'authenticated', reason, isForEnrolment }),
    ApiSecurity(TOKEN_SCHEME),
    ApiExtension('x-access', 'authenticated'),
  );
}

/** Callers with this permission may call this. */
export function Can(permission: Permission): MethodDecorator {
  return applyDecorators(
    declare({ kind: 'permission', permission }),
    ApiSecurity(TOKEN_SCHEME, [permission]),
    ApiSecurity(API_KEY_SCHEME, [permission]),
    ApiExtension('x-access', permission),
  );
}

/**
 * Besides the access rule: the caller has proved who they are within the last minutes, with a second factor if they have
 * one (RFC 9470). For what a stolen access token must not be enough for. @control A1.5
 */
export function StepUp(): MethodDecorator {
  return applyDecorators(
    onHandler((handler) => stepUps.add(handler)),
    ApiExtension('x-step-up', true),
  );
}

/** The rules that a handler declares; anything but exactly one is a mistake. */
export function accessRulesOf(handler: object): readonly AccessRule[] {
  return declarations.get(handler) ?? NONE;
}

export function needsStepUp(handler: object): boolean {
  return stepUps.has(handler);
}
