import { ValidationFailed } from '../errors/index.js';

/**
 * A name that there is not, or not for this caller. Which of both is not told: the existence of a field that is hidden is
 * nobody's business, and its value must not be guessed by asking. @control B15.4
 */
class NamesRefused extends ValidationFailed {
  constructor(parameter: string) {
    const message = `${parameter} must be names of fields that the answer has, each once, separated by commas`;
    super([{ pointer: `#/${parameter}`, code: 'unknown-field', message }]);
  }
}

const asked = new WeakMap<object, ReadonlySet<string>>();

/** The handler answers to this parameter of the query, which the serializer takes and no class declares. */
export function Asks(parameter: string): MethodDecorator {
  return (_target, _property, { value: handler }) => {
    if (typeof handler === 'function') asked.set(handler, new Set([...(asked.get(handler) ?? []), parameter]));
  };
}

export function canBeAsked(handler: object, parameter: string): boolean {
  return asked.get(handler)?.has(parameter) ?? false;
}

/** Takes a parameter out of the query, so that the validation of the others does not meet it. */
export function takeText(query: unknown, parameter: string): string | undefined {
  if (typeof query !== 'object' || query === null || !(parameter in query)) return undefined;
  const text: unknown = Reflect.get(query, parameter);
  Reflect.deleteProperty(query, parameter);
  // `?fields=a&fields=b` is a list.
  if (typeof text !== 'string') throw new NamesRefused(parameter);
  return text;
}

/** The names in a text such as `id,phone`. */
export function parseNames(text: string, parameter: string, allowed: readonly string[]): ReadonlySet<string> {
  const written = text.split(',');
  const names = new Set(written);
  if (names.size < written.length || !written.every((name) => allowed.includes(name)))
    throw new NamesRefused(parameter);
  return names;
}
