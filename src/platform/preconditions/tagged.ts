import { ApiHeader } from '@nestjs/swagger';

const tagged = new WeakSet<object>();

/** The answers of this handler carry an `ETag`. What it returns is a row with `updatedAt`, or one that is never changed. */
export function Tagged(): MethodDecorator {
  return (_target, _property, { value: handler }) => {
    if (typeof handler === 'function') tagged.add(handler);
  };
}

export function isTagged(handler: object): boolean {
  return tagged.has(handler);
}

/** For handlers that take `@SeenVersion()`: says in the description that they do. */
export function NeedsIfMatch(): MethodDecorator {
  return ApiHeader({
    name: 'If-Match',
    required: true,
    description: 'The `ETag` of the version that you have seen, or `*` for whichever there is.',
    schema: { type: 'string', maxLength: 1000 },
  });
}
