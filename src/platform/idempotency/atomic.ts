const atomic = new WeakSet<object>();

/**
 * Under an `Idempotency-Key`, what this handler writes and the answer that is kept for repetitions commit together: not even a
 * server that dies in between leads to a second row. For handlers whose failures undo everything, because here they do.
 */
export function Atomic(): MethodDecorator {
  return (_target, _property, { value: handler }) => {
    if (typeof handler === 'function') atomic.add(handler);
  };
}

export function isAtomic(handler: object): boolean {
  return atomic.has(handler);
}
