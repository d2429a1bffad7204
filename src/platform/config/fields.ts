import { z } from 'zod';
import { Secret } from './secret.js';

/** Marks a variable whose value may also come from the file that `NAME_FILE` names (Docker and Kubernetes secrets). */
const SECRET = { secret: true };

/** What a field is for goes into `.env.example`. */
interface NumberOptions {
  readonly min: number;
  readonly max: number;
  readonly default: number;
}

export function integer(description: string, options: NumberOptions) {
  return z.coerce.number().int().min(options.min).max(options.max).default(options.default).describe(description);
}

export function secretText(description: string) {
  return z
    .string({ error: `is required: ${description}` })
    .min(1)
    .transform((value) => new Secret(value))
    .meta({ description, ...SECRET });
}

/** Comma-separated values; spaces around them and empty entries do not count. */
export function list(description: string) {
  return z
    .string()
    .transform((value) =>
      value
        .split(',')
        .map((entry) => entry.trim())
        .filter((entry) => entry.length > 0),
    )
    .describe(description);
}

/** Looks through defaults, `.optional()` and transforms: a secret that is parsed is still a secret. */
export function isSecretField(field: z.core.$ZodType): boolean {
  if (z.globalRegistry.get(field)?.['secret'] === true) return true;
  const inner = innerField(field);
  return inner !== undefined && isSecretField(inner);
}

/** As it would be written; undefined where there is none, or none that could be written. */
export function defaultOf(field: z.core.$ZodType): string | undefined {
  if (!(field instanceof z.ZodDefault)) return undefined;
  const value: unknown = field.def.defaultValue;
  return Array.isArray(value) ? value.join(',') : String(value);
}

/** What a wrapper wraps; undefined at the core. */
export function innerField(field: z.core.$ZodType): z.core.$ZodType | undefined {
  if (field instanceof z.ZodDefault || field instanceof z.ZodOptional) return field.def.innerType;
  return field instanceof z.ZodPipe ? field.def.in : undefined;
}
