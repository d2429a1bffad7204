import type { ErrorCode } from './catalogue.js';

const NONE: readonly ErrorCode[] = [];
const declarations = new WeakMap<object, readonly ErrorCode[]>();

/**
 * The codes that this handler's own work may end in, for the description: those of guards, pipes and interceptors follow from
 * what the route declares (platform/openapi). An answer with a code that is not described fails the tests. @control A14.1
 */
export function Fails(...codes: readonly ErrorCode[]): MethodDecorator {
  return (_target, _property, { value: handler }) => {
    if (typeof handler === 'function') declarations.set(handler, codes);
  };
}

export function failuresOf(handler: object): readonly ErrorCode[] {
  return declarations.get(handler) ?? NONE;
}
