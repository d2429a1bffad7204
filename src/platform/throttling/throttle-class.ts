import { applyDecorators } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiExtension } from '@nestjs/swagger';

/** What a request costs us, or what it could be abused for: each class has budgets of its own (budgets.ts). */
export const throttleClasses = ['auth', 'read', 'write', 'expensive'] as const;
export type ThrottleClass = (typeof throttleClasses)[number];

declare module 'fastify' {
  interface FastifyContextConfig {
    throttle?: ThrottleClass;
  }
}

const declarations = new WeakMap<object, ThrottleClass>();

/**
 * The class of a route. `auth`: passwords, codes, tokens and whatever else could be guessed, never scaled and closed while the
 * counters are away. `expensive`: sends mail, or opens what nobody should open often. @control B6.1
 */
export function Throttled(throttleClass: ThrottleClass): MethodDecorator {
  const declare: MethodDecorator = (_target, _property, { value: handler }) => {
    if (typeof handler === 'function') declarations.set(handler, throttleClass);
  };
  return applyDecorators(
    declare,
    // For the hook, which knows Fastify's route and no handler of Nest.
    RouteConfig({ throttle: throttleClass }),
    ApiExtension('x-throttle', throttleClass),
  );
}

/** What the handler declares; otherwise by method. */
export function throttleClassOf(handler: object, method: string): ThrottleClass {
  return declarations.get(handler) ?? defaultClassOf(method);
}

export function defaultClassOf(method: string): ThrottleClass {
  return method === 'GET' || method === 'HEAD' ? 'read' : 'write';
}
