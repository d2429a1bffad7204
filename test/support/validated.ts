import { ValidationFailed, type FieldError } from '../../src/platform/errors/index.js';
import { createValidationPipe } from '../../src/platform/validation/validation.pipe.js';

/** The pipe that ships. */
export const pipe = createValidationPipe();

export function transform(metatype: new () => object, value: unknown): Promise<Record<string, unknown>> {
  return pipe.transform(value, { type: 'body', metatype, data: undefined }) as Promise<Record<string, unknown>>;
}

/** The errors of the refusal; a body that is accepted, or fails in another way, fails the test. */
export async function errorsOf(metatype: new () => object, value: unknown): Promise<readonly FieldError[]> {
  const outcome: unknown = await transform(metatype, value).catch((error: unknown) => error);
  if (!(outcome instanceof ValidationFailed)) throw new Error('was not refused', { cause: outcome });
  return outcome.fields;
}
